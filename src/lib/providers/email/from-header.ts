/** Characters that fit an encoded word: 75 with its frame, and four of base64 for three bytes (RFC 2047 §2). */
const bytesOfWord = 45;

/**
 * The From header of an email: `"name" <address>`. A name beyond ASCII becomes encoded words, which is all that SES takes.
 */
export function fromHeader({ name, address }: { readonly name: string; readonly address: string }): string {
  const line = name.replace(/\p{Cc}+/gu, ' ');
  return `${/^[ -~]*$/.test(line) ? quote(line) : encodeWords(line)} <${address}>`;
}

function quote(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function encodeWords(name: string): string {
  const words = [''];
  for (const character of name.toWellFormed()) {
    if (Buffer.byteLength(words.at(-1)! + character) > bytesOfWord) words.push('');
    words[words.length - 1] += character;
  }
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}
