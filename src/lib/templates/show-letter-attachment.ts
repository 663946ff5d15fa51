import type { Queryable } from '../db/database.ts';
import { findLetterAttachment } from './letter-attachment-repository.ts';
import type { LetterAttachment } from './letter-attachment.ts';
import type { Template } from './template.ts';

/** What is printed after every letter of this version of a template; null for nothing. */
export async function showLetterAttachment(
  { db }: { db: Queryable },
  { serviceId, letterAttachmentId: id }: Pick<Template, 'serviceId' | 'letterAttachmentId'>,
): Promise<LetterAttachment | null> {
  return id === null ? null : findLetterAttachment(db, serviceId, id);
}
