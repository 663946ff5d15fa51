import type { Queryable } from '../db/database.ts';
import { listTemplatesWithLetterContact, updateTemplate } from './template-repository.ts';

/** Takes a letter contact off the templates that use it, each as a new version. */
export async function releaseLetterContact(
  tx: Queryable,
  serviceId: string,
  letterContactId: string,
  at: Date,
): Promise<void> {
  for (const { id } of await listTemplatesWithLetterContact(tx, serviceId, letterContactId)) {
    await updateTemplate(tx, id, { letterContactId: null }, at);
  }
}
