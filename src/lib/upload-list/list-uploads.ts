import { addDays, daysBetween, londonDate } from '../core/london-time.ts';
import { hiddenFileNames } from '../jobs/job.ts';
import type { StatusCount } from '../jobs/job-statistics.ts';
import { midnightDaysAgo } from '../jobs/list-jobs.ts';
import { readListStatistics, type StatisticsDeps } from '../jobs/read-job-statistics.ts';
import { printDayOf } from '../notifications/page-uploaded-letters.ts';
import { keptSince, readRetentionDays } from '../retention/read-data-retention.ts';
import { listUploadsOfService } from './upload-repository.ts';
import type { Upload } from './upload.ts';

export interface UploadListInput {
  readonly serviceId: string;
  readonly limitDays: number | null;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

export type UploadWithStatistics = Upload & { readonly statistics: readonly StatusCount[] };

/**
 * A page of what a service uploaded (jobs sheet §5): its jobs, without those of contact lists, and its letters by the day
 * on which they are printed. Null for a page after the last one; the first is there even when it is empty.
 */
export async function listUploads(
  deps: StatisticsDeps,
  { serviceId, limitDays, page, pageSize }: UploadListInput,
): Promise<{ uploads: readonly UploadWithStatistics[]; total: number } | null> {
  const { db, clock } = deps;
  const now = clock.now();
  const days = await readRetentionDays({ db }, serviceId);
  const lettersSince = keptSince(days.letter, now);
  const { uploads, total } = await listUploadsOfService(db, {
    serviceId,
    hiddenFileNames,
    keptSince: { sms: keptSince(days.sms, now), email: keptSince(days.email, now), letter: lettersSince },
    createdSince: limitDays === null ? null : midnightDaysAgo(limitDays, clock),
    printDays: printDaysBetween(lettersSince, now),
    limit: pageSize,
    offset: (page - 1) * pageSize,
  });
  if (uploads.length === 0 && page > 1) return null;
  const jobs = uploads.flatMap((upload) => (upload.id === null ? [] : [{ ...upload, id: upload.id }]));
  const statistics = await readListStatistics(deps, jobs);
  return {
    uploads: uploads.map((upload) => ({ ...upload, statistics: statistics.get(upload.id ?? '') ?? [] })),
    total,
  };
}

/** The days on which letters made between two times are printed. */
function printDaysBetween(first: Date, last: Date): { from: Date; to: Date }[] {
  const [begin, end] = [londonDate(first), addDays(londonDate(last), 1)];
  return Array.from({ length: daysBetween(begin, end) + 1 }, (_, day) => printDayOf(addDays(begin, day)));
}
