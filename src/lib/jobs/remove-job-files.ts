import type { Clock } from '../core/clock.ts';
import { utcDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { TemplateType } from '../templates/template.ts';
import { deleteUpload } from '../uploads/upload-file.ts';
import { listExpiredJobs, setArchived } from './job-retention-repository.ts';

const jobsOfPage = 500;

/**
 * Removes the files of jobs that are older than what their services keep, and marks the jobs as archived; jobs and their
 * statistics stay (jobs sheet §7). A file that cannot be removed is left for the next run. Returns how many went.
 */
export async function removeJobFiles(
  {
    db,
    clock,
    storage,
    logger,
  }: { readonly db: Database; readonly clock: Clock; readonly storage: ObjectStore; readonly logger: Logger },
  { types }: { readonly types: readonly TemplateType[] },
): Promise<number> {
  const now = clock.now();
  let removed = 0;
  for (let after: string | null = null; ;) {
    const jobs = await listExpiredJobs(db, { types, today: utcDate(now), after, limit: jobsOfPage });
    for (const { id, serviceId } of jobs) {
      try {
        await deleteUpload(storage, { serviceId, uploadId: id });
        await setArchived(db, id, now);
        removed += 1;
      } catch (error) {
        logger.error({ err: error, jobId: id }, 'The file of a job could not be removed');
      }
    }
    after = jobs.at(-1)?.id ?? null;
    if (after === null || jobs.length < jobsOfPage) return removed;
  }
}
