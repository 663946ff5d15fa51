import type { Queryable } from '../db/database.ts';
import { findClaim } from './letter-zip-repository.ts';

/** Whether a letter is in a zip for the provider: from then on it may be printed. */
export async function isLetterClaimed(tx: Queryable, notificationId: string): Promise<boolean> {
  return (await findClaim(tx, notificationId)) !== null;
}
