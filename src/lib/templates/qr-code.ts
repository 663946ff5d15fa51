import { decodeEntities } from './html-entities.ts';
import { whitespaceClass } from './unicode-classes.ts';

/** QR codes in letters (templating sheet §6). Drawing them is somebody else's work. */

/** UTF-8 bytes that a QR code of a letter can hold. */
export const qrCodeByteLimit = 504;

/** A QR code whose data does not fit. */
export interface QrCodeTooLong {
  readonly data: string;
  readonly numBytes: number;
  readonly maxBytes: number;
}

export type QrCodeRequest =
  | { readonly kind: 'drawable'; readonly data: string }
  /** A placeholder is not filled yet: its markup is shown in a box. */
  | { readonly kind: 'unfilled'; readonly html: string }
  | { readonly kind: 'too-long'; readonly problem: QrCodeTooLong };

const space = `[${whitespaceClass}]*`;
const request = new RegExp(`^${space}qr${space}:${space}([^${whitespaceClass}][^]*)`, 'i');
const renderedAddress = /<strong data-original-protocol='(https?:\/\/)'>(.*?)<\/strong>/gs;

/** What a rendered paragraph that begins with `qr:` asks for, or null for any other paragraph. */
export function readQrCodeRequest(paragraph: string): QrCodeRequest | null {
  const content = request.exec(paragraph)?.[1];
  if (content === undefined) return null;
  if (content.includes("<span class='placeholder")) return { kind: 'unfilled', html: content };
  const escaped = content.replace(renderedAddress, '$1$2');
  // Counted before decoding, so that an ampersand takes 5 bytes.
  const numBytes = Buffer.byteLength(escaped, 'utf8');
  return numBytes > qrCodeByteLimit
    ? { kind: 'too-long', problem: { data: escaped, numBytes, maxBytes: qrCodeByteLimit } }
    : { kind: 'drawable', data: decodeEntities(escaped) };
}
