import type { Queryable } from '../db/database.ts';
import { findClaim } from './letter-zip-repository.ts';
import type { ZipState } from './letter-zip.ts';

/** The zip that a letter went into; null for one in no zip, also when its zip is forgotten. */
export async function zipOfLetter(
  db: Queryable,
  notificationId: string,
): Promise<{ readonly name: string; readonly state: ZipState } | null> {
  return findClaim(db, notificationId);
}
