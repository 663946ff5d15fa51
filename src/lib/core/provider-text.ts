import { isRawJsonNumber } from './json.ts';

/**
 * A field of what a provider posts, as text: numbers and truth values are written out; what is absent, null, or no
 * single value is empty. The result can be stored: neither NUL nor half of a surrogate pair is in it.
 */
export function providerText(value: unknown): string {
  if (isRawJsonNumber(value)) return value.rawJSON;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : '';
}
