import type { Ids } from '../core/ids.ts';
import { inSlices } from '../core/in-slices.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import type { StoredCount } from '../limits/daily-count.ts';
import type { Limits } from '../limits/limits.ts';
import type { AcceptedMessage } from '../notifications/accepted-message.ts';
import { prepareRowsOfJob, storeRowsOfJob, type RowsOfJob } from '../notifications/store-messages.ts';
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
  /** The messages as they are stored; null when there are none. */
  readonly toStore: RowsOfJob | null;
  /** Rows that trial mode does not allow. */
  readonly notAllowed: readonly number[];
  /** Rows that no message could be made of, which is a fault of the program; with the first error. */
  readonly broken: readonly number[];
  readonly error: unknown;
}

/** Makes messages of rows; nothing of one row spoils another. */
export async function prepareRows(
  deps: PrepareRowsDeps,
  sending: JobSending,
  rows: readonly JobRow[],
  now: Date,
): Promise<PreparedRows> {
  const messages: AcceptedMessage[] = [];
  const notAllowed: number[] = [];
  const broken: number[] = [];
  let firstError: unknown = null;
  for await (const slice of inSlices(rows)) {
    for (const row of slice) {
      try {
        const message = toRowMessage(sending, row, now);
        if (message === null) notAllowed.push(row.rowNumber);
        else messages.push(message);
      } catch (error) {
        firstError ??= error;
        broken.push(row.rowNumber);
      }
    }
  }
  return { messages, toStore: await toRowsOfJob(deps, messages), notAllowed, broken, error: firstError };
}

interface PrepareRowsDeps {
  readonly ids: Ids;
  readonly secretBox: SecretBox;
}

async function toRowsOfJob(deps: PrepareRowsDeps, messages: readonly AcceptedMessage[]): Promise<RowsOfJob | null> {
  const [first, ...others] = messages;
  return first === undefined ? null : prepareRowsOfJob(deps, [first, ...others]);
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
 * Rows that have a notification are passed over, where `mayBeStored` says that there may be such rows.
 *
 * @throws what `storeRowsOfJob` throws: then no row is stored
 */
export async function storeJobRows(
  deps: PrepareRowsDeps & { readonly queue: JobQueue },
  tx: Queryable,
  {
    jobId,
    messages,
    toStore,
    notAllowed,
    now,
    mayBeStored,
  }: Pick<PreparedRows, 'messages' | 'toStore' | 'notAllowed'> & { jobId: string; now: Date; mayBeStored: boolean },
): Promise<StoredRows> {
  const rowNumbers = [...messages.map(rowNumberOf), ...notAllowed];
  const known = mayBeStored ? await listStoredRows(tx, jobId, rowNumbers) : new Set<number>();
  const isNew = (rowNumber: number): boolean => !known.has(rowNumber);
  await leaveRowsOut(tx, jobId, { rowNumbers: notAllowed.filter(isNew), reason: 'not allowed', at: now });
  const missing = known.size === 0 ? messages : messages.filter((message) => isNew(rowNumberOf(message)));
  const rows = known.size === 0 ? toStore : await toRowsOfJob(deps, missing);
  const counts = rows === null ? [] : await storeRowsOfJob(deps, tx, rows);
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
