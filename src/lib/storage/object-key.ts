const partPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
const prefixPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})?$/;
const maxLength = 900;

/**
 * Refuses keys that one of the stores would not keep, or keep elsewhere: parts of ASCII letters, digits, `.`, `_` and
 * `-`, none of which begins with a dot, divided by `/`. So no key leads out of its area, and keys sort alike everywhere.
 *
 * @throws RangeError
 */
export function assertObjectKey(key: string): void {
  if (key.length > maxLength || !key.split('/').every(isKeyPart)) throw new RangeError(`'${key}' is no object key`);
}

/** As `assertObjectKey`, for the beginning of keys: empty, or cut anywhere. */
export function assertKeyPrefix(prefix: string): void {
  if (prefix.length > maxLength || !prefixPattern.test(prefix))
    throw new RangeError(`'${prefix}' begins no object key`);
}

export function isKeyPart(name: string): boolean {
  return partPattern.test(name);
}

/** @throws RangeError for names that a store would not give back as they are */
export function assertMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(metadata)) {
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) throw new RangeError(`'${name}' is no name of metadata`);
  }
}
