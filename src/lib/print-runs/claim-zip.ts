import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { insertZip, lockUnclaimedLetters, nextSequence } from './letter-zip-repository.ts';
import { entryName, zipName, type LetterZip, type PrintableLetter } from './letter-zip.ts';
import type { PrintRun } from './print-run-repository.ts';
import { storedZipBytes } from './stored-zip.ts';
import { uploadJob } from './upload-job.ts';

export interface ClaimDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: JobQueue;
}

/**
 * Claims a group of letters for a zip, in one transaction (letters sheet §10): from its commit on, no other zip gets them.
 * Letters that were cancelled since they were read are left out. Null when none is left.
 */
export async function claimZip(
  { db, clock, ids, queue }: ClaimDeps,
  run: PrintRun,
  { postage, group }: { postage: Postage; group: readonly PrintableLetter[] },
): Promise<LetterZip | null> {
  return db.transaction(async (tx) => {
    const unclaimed = await lockUnclaimedLetters(
      tx,
      group.map(({ id }) => id),
    );
    const letters = group.filter(({ id }) => unclaimed.has(id));
    const [first] = letters;
    if (first === undefined) return null;
    const { printDate } = run;
    const { serviceId, organisationId } = first;
    const keys = letters.map(({ key }) => key);
    const sequence = await nextSequence(tx, printDate, postage);
    const zip: LetterZip = {
      id: ids.uuid(),
      runId: run.id,
      name: zipName({ printDate, postage, sequence, keys, serviceId, organisationId }),
      printDate,
      postage,
      serviceId,
      state: 'open',
      keys,
      sizes: letters.map(({ bytes }) => bytes),
      bytes: storedZipBytes(letters.map(({ key, bytes }) => ({ name: entryName(key), bytes }))),
      createdAt: clock.now(),
    };
    await insertZip(
      tx,
      { ...zip, sequence },
      letters.map(({ id }) => id),
    );
    // The upload of the first zip does not wait for the last letter; what comes late is the job's at the end.
    await queue.enqueue(tx, [uploadJob(run.id, 'begin')], { leaveLive: true });
    return zip;
  });
}
