import type { Queryable } from '../db/database.ts';
import { selectReferencedEmail } from './archived-notification-repository.ts';
import type { ReferencedEmail } from './archived-notification.ts';

/** The email that an email provider knows by this reference, also when only the history has it; null for none. */
export async function findReferencedEmail(
  { db }: { db: Queryable },
  { reference }: { reference: string },
): Promise<ReferencedEmail | null> {
  return selectReferencedEmail(db, reference);
}
