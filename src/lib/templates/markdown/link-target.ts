const knownScheme = /^(?:ftp|file|http|https|mailto|tel):/i;
const unsafe = /[^A-Za-z0-9_.\-~:/?#=&;%]+/gu;

/**
 * The `href` of a link (templating sheet §5.2): whatever has no known scheme becomes an `http` address, so that no
 * scheme does harm; what is not safe in an attribute is percent-encoded.
 */
export function linkTarget(target: string): string {
  const absolute = knownScheme.test(target) ? target : `http://${target}`;
  return absolute.replace(unsafe, percentEncode);
}

function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return encoded;
}
