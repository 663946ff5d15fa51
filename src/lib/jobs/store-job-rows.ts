import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import type { StoredCount } from '../limits/daily-count.ts';
import type { Limits } from '../limits/limits.ts';
import type { AcceptedMessage } from '../notifications/accepted-message.ts';
import { storeRowsOfJob } from '../notifications/store-messages.ts';
import type { NewNotification } from '../notifications/notification.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { UsageWriter } from '../usage/usage-writer.ts';
import type { JobSending } from './job-sending.ts';
import { leaveRowsOut, listStoredRows } from './job-row-repository.ts';
import type { JobRow } from './read-job-rows.ts';
import { toRowMessage } from './row-message.ts';

/** What rows of a job turned out to be. */
export interface PreparedRows {
  readonly messages: readonly AcceptedMessage[];
  /** Rows that trial mode does not allow. */
  readonly notAllowed: readonly number[];
  /** Rows that no message could be made of, which is a fault of the program; with the first error. */
  readonly broken: readonly number[];
  readonly error: unknown;
}

/** Makes messages of rows; nothing of one row spoils another. */
export function prepareRows(sending: JobSending, rows: readonly JobRow[], now: Date): PreparedRows {
  const messages: AcceptedMessage[] = [];
  const notAllowed: number[] = [];
  const broken: number[] = [];
  let firstError: unknown = null;
  for (const row of rows) {
    try {
      const message = toRowMessage(sending, row, now);
      if (message === null) notAllowed.push(row.rowNumber);
      else messages.push(message);
    } catch (error) {
      firstError ??= error;
      broken.push(row.rowNumber);
    }
  }
  return { messages, notAllowed, broken, error: firstError };
}

/** What became of rows that were to be stored. */
export interface StoredRows {
  readonly stored: readonly number[];
  /** Those that somebody stored before. */
  readonly present: readonly number[];
  readonly notifications: readonly NewNotification[];
  /** The new daily totals. */
  readonly counts: readonly StoredCount[];
}

/**
 * Stores rows in the caller's transaction, which holds the job's lock: notifications, their delivery jobs, the daily counts.
 * Rows that have a notification are passed over.
 *
 * @throws what `storeRowsOfJob` throws: then no row is stored
 */
export async function storeJobRows(
  deps: { readonly queue: JobQueue; readonly secretBox: SecretBox },
  tx: Queryable,
  { jobId, messages, notAllowed, now }: Pick<PreparedRows, 'messages' | 'notAllowed'> & { jobId: string; now: Date },
): Promise<StoredRows> {
  const rowNumbers = [...messages.map(rowNumberOf), ...notAllowed];
  const known = rowNumbers.length === 0 ? new Set<number>() : await listStoredRows(tx, jobId, rowNumbers);
  const isNew = (rowNumber: number): boolean => !known.has(rowNumber);
  await leaveRowsOut(tx, jobId, { rowNumbers: notAllowed.filter(isNew), reason: 'not allowed', at: now });
  const missing = known.size === 0 ? messages : messages.filter((message) => isNew(rowNumberOf(message)));
  const [first, ...others] = missing;
  const counts = first === undefined ? [] : await storeRowsOfJob(deps, tx, [first, ...others]);
  const notifications = missing.map(({ notification }) => notification);
  return { stored: missing.map(rowNumberOf), present: [...known], notifications, counts };
}

/** Tells, after the commit, those who count what is stored. */
export function noteStoredRows(
  { limits, usage }: { readonly limits: Pick<Limits, 'stored'>; readonly usage: Pick<UsageWriter, 'stored'> },
  { notifications, counts }: StoredRows,
): void {
  limits.stored(counts);
  usage.stored(notifications, counts);
}

function rowNumberOf({ notification }: AcceptedMessage): number {
  return notification.jobRowNumber!;
}
