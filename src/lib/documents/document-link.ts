import { parseUuid } from '../core/ids.ts';
import type { DocumentExtension } from './document-type.ts';

/** What names a document and opens it. */
export interface DocumentKey {
  readonly serviceId: string;
  readonly documentId: string;
  /** 32 bytes, which are nowhere but in the link. */
  readonly key: Buffer;
}

export const keyBytes = 32;

/** The link that the recipient gets: `<base>/d/<service>/<document>?key=<key>` (public API sheet §4.5). */
export function documentUrl(baseUrl: string, { serviceId, documentId, key }: DocumentKey, step = ''): string {
  return `${baseUrl}/d/${encodeId(serviceId)}/${encodeId(documentId)}${step}?key=${key.toString('base64url')}`;
}

/** The file itself, without pages before it. */
export function directFileUrl(
  baseUrl: string,
  { serviceId, documentId, key }: DocumentKey,
  extension: DocumentExtension,
): string {
  return `${baseUrl}/services/${serviceId}/documents/${documentId}.${extension}?key=${key.toString('base64url')}`;
}

/** What stands in for a link when nothing is stored, for a simulated recipient. */
export function simulatedDocumentUrl(baseUrl: string, serviceId: string): string {
  return `${baseUrl}/services/${serviceId}/documents/test-document`;
}

/** The id that 22 characters of a link stand for; null for any other text. */
export function decodeId(text: string): string | null {
  const bytes = decode(text, 16);
  return bytes === null ? null : parseUuid(bytes.toString('hex'));
}

/** The key of a link; null for a text that is none. */
export function decodeKey(text: string): Buffer | null {
  return decode(text, keyBytes);
}

function encodeId(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Decoding passes over characters that are no base64url, and over spare bits: one value, one spelling. */
function decode(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : null;
}
