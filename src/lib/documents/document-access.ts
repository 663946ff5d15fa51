import { timingSafeEqual } from 'node:crypto';
import type { SecretBox } from '../core/secret-box.ts';
import type { DocumentKey } from './document-link.ts';

/** How long a confirmed address opens a document, in seconds. */
export const accessSeconds = 60 * 60;

type Place = Pick<DocumentKey, 'serviceId' | 'documentId'>;

/** A signed token: whoever has it has confirmed the recipient's address. */
export function signAccess(secretBox: SecretBox, place: Place, now: Date): string {
  const until = Math.floor(now.getTime() / 1000) + accessSeconds;
  return `${until}.${digestOf(secretBox, place, until)}`;
}

/** True for a token of `signAccess` for the same document, within its time. */
export function isAccessGiven(secretBox: SecretBox, place: Place, token: string, now: Date): boolean {
  const [, until, digest] = /^(\d{1,12})\.([\w-]{43})$/.exec(token) ?? [];
  if (until === undefined || digest === undefined) return false;
  const isSigned = timingSafeEqual(Buffer.from(digest), Buffer.from(digestOf(secretBox, place, Number(until))));
  return isSigned && now.getTime() < Number(until) * 1000;
}

function digestOf(secretBox: SecretBox, { serviceId, documentId }: Place, until: number): string {
  return secretBox.digest(`${serviceId}/${documentId}/${until}`, 'document access');
}
