import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { KeyType } from '../api-keys/api-key.ts';
import type { Database } from '../db/database.ts';
import { deleteLetterFiles, type LetterFileDeps } from './delete-letter-files.ts';
import { archivedKeyTypes, batchSizeOf, type ExpiredCursor, type ExpiredService } from './expired-notification.ts';
import {
  countKeptLetters,
  deleteNotifications,
  lockExpired,
  moveToHistory,
  tryRetentionLock,
} from './expired-notification-repository.ts';
import { listExpiredServices, type RetentionScope } from './plan-retention.ts';

export interface RetentionDeps extends LetterFileDeps {
  readonly db: Database;
  readonly clock: Clock;
}

export interface RetentionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each transaction with how many messages have gone. */
  readonly onProgress?: (gone: number) => void;
  /** The most messages that go, the oldest of each service first; without it, all of them. */
  readonly limit?: number | undefined;
  /** For tests. */
  readonly batchSize?: number;
}

/** What went of a service's messages of a type. */
export interface Retained extends ExpiredService {
  readonly movedToHistory: number;
  /** Of test keys. */
  readonly deleted: number;
  /** Letters that stay because they may still be printed. */
  readonly lettersKept: number;
}

/**
 * Moves messages that are older than their services keep them to the history, without recipients and personalisation, and
 * deletes those of test keys (data sheet §6): the oldest first, a portion in each transaction. Letters that may still be
 * printed stay, with their files; the files of the others go before their rows. What happened to a message goes with it.
 *
 * Only one run at a time; one that is interrupted is gone on with by the next. Holds one more connection.
 *
 * @throws AppError LOCKED while another process does the same
 */
export async function runRetention(
  deps: RetentionDeps,
  scope: RetentionScope,
  options: RetentionOptions = {},
): Promise<Retained[]> {
  return deps.db.transaction(async (lock) => {
    if (!(await tryRetentionLock(lock))) {
      throw new AppError('LOCKED', 'Another process moves old messages to the history now', {
        hint: 'Try again when it is done.',
      });
    }
    const retained: Retained[] = [];
    let before = 0;
    const told: RetentionOptions = { ...options, onProgress: (gone) => options.onProgress?.(before + gone) };
    for (const expired of await listExpiredServices(deps, scope)) {
      const limit = (options.limit ?? Infinity) - before;
      if (limit <= 0) break;
      const result = await retainService(deps, expired, { ...told, limit });
      before += result.movedToHistory + result.deleted;
      retained.push(result);
    }
    return retained;
  });
}

async function retainService(
  deps: RetentionDeps,
  expired: ExpiredService,
  options: RetentionOptions,
): Promise<Retained> {
  let gone = 0;
  const retain = async (keyType: KeyType): Promise<number> => {
    let moved = 0;
    let after: ExpiredCursor | null = null;
    for (;;) {
      const limit = Math.min(options.batchSize ?? batchSizeOf(expired.type), (options.limit ?? Infinity) - gone);
      if (limit <= 0) return moved;
      options.signal?.throwIfAborted();
      const batch: Batch = await retainBatch(deps, { ...expired, keyType }, { after, limit });
      moved += batch.count;
      gone += batch.count;
      options.onProgress?.(gone);
      if (batch.count < limit) return moved;
      after = batch.last;
    }
  };
  let movedToHistory = 0;
  for (const keyType of archivedKeyTypes) movedToHistory += await retain(keyType);
  const deleted = await retain('test');
  const lettersKept = expired.type === 'letter' ? await countKeptLetters(deps.db, expired) : 0;
  return { ...expired, movedToHistory, deleted, lettersKept };
}

interface Batch {
  readonly count: number;
  readonly last: ExpiredCursor | null;
}

/**
 * One portion. Files of letters are deleted while their rows are locked: nobody can put a letter back to be printed in
 * between.
 */
function retainBatch(
  deps: RetentionDeps,
  kind: ExpiredService & { readonly keyType: KeyType },
  portion: { readonly after: ExpiredCursor | null; readonly limit: number },
): Promise<Batch> {
  return deps.db.transaction(async (tx) => {
    const expired = await lockExpired(tx, kind, portion);
    if (expired.length === 0) return { count: 0, last: null };
    if (kind.type === 'letter') await deleteLetterFiles(deps, expired);
    const ids = expired.map(({ id }) => id);
    await (kind.keyType === 'test' ? deleteNotifications(tx, ids) : moveToHistory(tx, ids));
    return { count: expired.length, last: expired.at(-1)! };
  });
}
