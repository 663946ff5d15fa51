import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { closeZip, markLettersSending } from './letter-zip-repository.ts';
import { recordKey, type LetterZip } from './letter-zip.ts';
import type { PrintDestination } from './print-destination.ts';
import { zipContent, type ZipContentDeps } from './zip-content.ts';

export interface UploadZipDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly storage: ObjectStore;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly printDestination: PrintDestination;
}

/** How a zip came to be with the provider; `recorded` = an earlier attempt had noted it. */
export type UploadOutcome = 'uploaded' | 'there' | 'recorded';

/**
 * Brings one open zip to the provider, notes it in the storage, and moves its letters to `sending` (letters sheet §10).
 * Killed at any step and run again, it goes on at that step: the record says that the provider has it, the size at the
 * provider does, too, and letters and zip move together.
 *
 * @throws AppError PRINT_FAILED, PRINT_HOST_UNKNOWN; REFUSED when its letters are not as they were; STORAGE_UNAVAILABLE
 */
export async function uploadZip(
  deps: UploadZipDeps & ZipContentDeps,
  zip: LetterZip,
  signal?: AbortSignal,
): Promise<UploadOutcome> {
  const outcome = await bringToProvider(deps, zip, signal);
  const at = deps.clock.now();
  const moved = await deps.db.transaction(async (tx) => {
    if (!(await closeZip(tx, zip.id, { state: 'sent', at }))) return null;
    return markLettersSending(tx, zip.id, at);
  });
  const facts = { zip: zip.name, letters: zip.keys.length, moved, outcome };
  if (moved !== null && moved < zip.keys.length)
    deps.logger.warn(facts, 'Letters were sent to the provider that were not to be sent any more');
  else deps.logger.info(facts, 'A zip of letters is with the provider');
  return outcome;
}

async function bringToProvider(
  deps: UploadZipDeps & ZipContentDeps,
  zip: LetterZip,
  signal?: AbortSignal,
): Promise<UploadOutcome> {
  const { storage, logger, printDestination } = deps;
  const key = recordKey(zip);
  if ((await storage.head('letters', key)) !== null) {
    logger.warn({ zip: zip.name }, `${key} already exists, skipping the upload`);
    return 'recorded';
  }
  const { name, bytes } = zip;
  const outcome = await printDestination.put({ name, bytes, content: () => zipContent(deps, zip) }, signal);
  await storage.put('letters', key, Buffer.from(JSON.stringify(zip.keys)), { contentType: 'application/json' });
  return outcome;
}
