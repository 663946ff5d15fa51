import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteDocuments, listExpiredDocuments } from './document-repository.ts';
import { documentObjectKey } from './document.ts';

interface Deps {
  readonly db: Database;
  readonly clock: Clock;
  readonly storage: ObjectStore;
  readonly logger: Logger;
}

/** Deleted from the store at the same time. */
const batchSize = 100;

/** Deletes documents whose time is over, content before row, in batches. Interrupted, the next run goes on. */
export async function deleteExpiredDocuments({ db, clock, storage, logger }: Deps): Promise<number> {
  const at = clock.now();
  let total = 0;
  for (;;) {
    const expired = await listExpiredDocuments(db, { at, limit: batchSize });
    await Promise.all(expired.map((document) => storage.delete('documents', documentObjectKey(document))));
    await deleteDocuments(
      db,
      expired.map(({ id }) => id),
    );
    total += expired.length;
    if (expired.length < batchSize) break;
  }
  logger.info({ count: total }, 'Deleted expired documents');
  return total;
}
