import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { countListedOfJob, listNotificationsOfJob, type JobRowsQuery } from './notification-details-repository.ts';
import type { NotificationDetails } from './notification-details.ts';

type Deps = { readonly db: Queryable; readonly secretBox: SecretBox };

export interface DetailsPage {
  readonly notifications: readonly NotificationDetails[];
  /** On all pages. */
  readonly total: number;
}

/**
 * A numbered page of a job's notifications in the order of its file (jobs sheet §3). Null for a page after the last one;
 * the first is there even when it is empty. A job has 100,000 rows at most.
 */
export async function pageJobNotifications(
  { db, secretBox }: Deps,
  { page, pageSize, ...query }: JobRowsQuery & { readonly page: number; readonly pageSize: number },
): Promise<DetailsPage | null> {
  const offset = (page - 1) * pageSize;
  const notifications = await listNotificationsOfJob(db, secretBox, query, { limit: pageSize, offset });
  if (notifications.length === 0 && page > 1) return null;
  return { notifications, total: await countListedOfJob(db, query) };
}

/** Rows that are read at once. */
const rowsInBatch = 5000;

/** All notifications of a job in the order of its file, in batches: none is held for longer than its batch. */
export async function* readJobNotifications(
  { db, secretBox }: Deps,
  { serviceId, jobId }: { readonly serviceId: string; readonly jobId: string },
): AsyncGenerator<readonly NotificationDetails[]> {
  const query: JobRowsQuery = { serviceId, jobId, statuses: [], types: [] };
  for (let afterRow = -1; ;) {
    const batch = await listNotificationsOfJob(db, secretBox, query, { limit: rowsInBatch, afterRow });
    if (batch.length > 0) yield batch;
    if (batch.length < rowsInBatch) return;
    afterRow = batch.at(-1)!.jobRowNumber!;
  }
}
