import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { findJob } from './job-repository.ts';
import { createRowIds } from './job-row-id.ts';
import { mayStoreRows, saveJobRows, type SaveRowsDeps } from './save-job-rows.ts';

export interface ProcessedRow {
  readonly notificationId: string;
  /** False when the row had its notification before. */
  readonly created: boolean;
}

/**
 * Makes the notification of one row of a job, with its delivery job, unless it has one (jobs sheet §6,
 * process-row-from-job). The sender is that of the file's metadata. For operators: what gave a row up is forgotten.
 *
 * @param input.rowNumber 0 for the first row after the headers
 * @throws AppError NOT_FOUND for a job, a file or a row that is not there; REFUSED for a job whose rows may not be sent, and
 *   for a recipient that trial mode does not allow
 */
export async function processJobRow(
  deps: SaveRowsDeps,
  { jobId, rowNumber }: { readonly jobId: string; readonly rowNumber: number },
): Promise<ProcessedRow> {
  const id = parseUuid(jobId);
  const job = id === null ? null : await findJob(deps.db, id);
  if (job === null) throw new AppError('NOT_FOUND', `No job has the id '${jobId}'`);
  const saved = mayStoreRows(job) ? await saveJobRows(deps, { jobId: job.id, rowNumbers: [rowNumber] }) : null;
  if (saved === null)
    throw new AppError('REFUSED', `The job is '${job.status}': its rows cannot be processed one by one`);
  if (saved.unknown.length > 0)
    throw new AppError('NOT_FOUND', `The file of the job has no row ${rowNumber}`, {
      hint: `Rows are numbered from 0; the job has ${job.notificationCount}.`,
    });
  if (saved.notAllowed.length > 0 && saved.present.length === 0)
    throw new AppError('REFUSED', `Row ${rowNumber} is for nobody that the service may send to in trial mode`);
  const notificationId = createRowIds(job)(rowNumber);
  if (saved.saved.length > 0)
    deps.logger.info(`Process row ${rowNumber} for job ${job.id} created notification_id: ${notificationId}`);
  return { notificationId, created: saved.saved.length > 0 };
}
