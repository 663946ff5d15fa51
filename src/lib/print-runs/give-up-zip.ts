import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { noteLetters } from '../notifications/note-letters.ts';
import { closeZip, failLetters, findZipByName } from './letter-zip-repository.ts';

/**
 * Marks an open zip as failed and its letters as `technical-failure`, and releases them (letters sheet §10): only an operator
 * who knows that the provider does not have it may do so. Returns how many letters failed.
 *
 * @throws AppError NOT_FOUND; REFUSED when it is not open
 */
export async function giveUpZip(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { name }: { name: string },
): Promise<number> {
  const at = clock.now();
  return db.transaction(async (tx) => {
    const zip = await findZipByName(tx, name);
    if (zip === null) throw new AppError('NOT_FOUND', `There is no zip ${name}`);
    if (!(await closeZip(tx, zip.id, { state: 'failed', at })))
      throw new AppError('REFUSED', `${name} is '${zip.state}': only an open zip can be given up`);
    const failed = await failLetters(tx, zip.id, at);
    await noteLetters(tx, failed, { event: 'gave up', reason: `${name} was given up`, at });
    return failed.length;
  });
}
