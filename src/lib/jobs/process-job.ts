import { isAppError } from '../core/errors.ts';
import { withSteadyYoungGeneration } from '../core/young-generation.ts';
import { isRefusedValue, violatedConstraint } from '../db/database.ts';
import { storeCounted } from '../limits/count-messages.ts';
import { uploadSource } from '../uploads/upload-file.ts';
import { beginJob } from './begin-job.ts';
import { isAnyRowStored } from './job-row-repository.ts';
import { advanceJob, findJob, moveJob } from './job-repository.ts';
import { prepareSending, type JobSending } from './job-sending.ts';
import { saveRowsJobs } from './job-tasks.ts';
import type { Job } from './job.ts';
import { readJobRows, type JobRow } from './read-job-rows.ts';
import type { SaveRowsDeps } from './save-job-rows.ts';
import { noteStoredRows, prepareRows, storeJobRows, type PreparedRows } from './store-job-rows.ts';

export type ProcessJobDeps = SaveRowsDeps;

export interface ProcessJobOptions {
  /** Ends the run after the batches that are prepared, two at most. */
  readonly signal?: AbortSignal;
  /** Rows of one transaction. */
  readonly batchSize?: number;
  /** Milliseconds after which the run ends between two batches. */
  readonly sliceMs?: number;
}

/**
 * `interrupted`: rows are left, for the next run. `overtaken`: another run is at work on them, which may not live to finish.
 * `idle`: there was, or is, nothing more to do.
 */
export type ProcessJobOutcome = 'finished' | 'interrupted' | 'overtaken' | 'idle' | 'failed';

/** Measured: fewer take longer, since each transaction waits for its statements and the disk; more take more memory. */
const defaultBatchSize = 1000;

/** Far below the time after which the queue takes a job for lost. */
const defaultSliceMs = 300_000;

/**
 * Hands on the rows of a job (jobs sheet §6, `docs/adr/0015-jobs-in-batches.md`): reads the file as a stream, and stores
 * each batch of rows with their delivery jobs, the daily counts and the job's checkpoint in one transaction. Whenever it
 * is cut off, the next run goes on after the checkpoint; of two runs at the same time, each batch is stored by one.
 *
 * @throws AppError DATABASE_UNAVAILABLE, STORAGE_UNAVAILABLE: to be tried again
 */
export async function processJob(
  deps: ProcessJobDeps,
  { jobId }: { jobId: string },
  options: ProcessJobOptions = {},
): Promise<ProcessJobOutcome> {
  const job = await beginJob(deps, jobId);
  if (job === null) return 'idle';
  try {
    const sending = await prepareSending(deps, job);
    const outcome = await withSteadyYoungGeneration(() => handOnRows(deps, sending, options));
    if (outcome === 'overtaken') return (await findJob(deps.db, jobId))?.status === 'in progress' ? outcome : 'idle';
    if (outcome === 'interrupted') return outcome;
    return (await finishJob(deps, job)) ? 'finished' : 'idle';
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND') && !isAppError(error, 'REQUEST_INVALID')) throw error;
    // The file, or the version of the template, is gone or unreadable: that does not pass.
    deps.logger.error({ err: error, jobId }, 'The job cannot be processed');
    await moveJob(deps.db, jobId, { from: 'in progress', to: 'error', at: deps.clock.now() });
    return 'failed';
  }
}

async function finishJob({ db, clock }: ProcessJobDeps, { id }: Job): Promise<boolean> {
  const at = clock.now();
  return moveJob(db, id, { from: 'in progress', to: 'finished', at, processingFinished: at });
}

/** While the database stores a batch, the next ones are read and prepared, at most two ahead. */
async function handOnRows(
  deps: ProcessJobDeps,
  sending: JobSending,
  { signal, batchSize = defaultBatchSize, sliceMs = defaultSliceMs }: ProcessJobOptions,
): Promise<'finished' | 'interrupted' | 'overtaken'> {
  const { job, template } = sending;
  const source = uploadSource(deps.storage, { serviceId: job.serviceId, uploadId: job.id });
  const endAt = performance.now() + sliceMs;
  // Tasks and people may have stored single rows ahead of this run.
  const mayBeStored = await isAnyRowStored(deps.db, { jobId: job.id, from: job.rowsHandedOn });
  let storing = Promise.resolve(true);
  let before = storing;
  try {
    for await (const rows of readJobRows({ source, template, from: job.rowsHandedOn, batchSize })) {
      const batch = await prepareBatch(deps, sending, { rows, mayBeStored });
      if (!(await before)) return 'overtaken';
      if (signal?.aborted === true || performance.now() >= endAt) return 'interrupted';
      before = storing;
      storing = before.then((isOurs) => isOurs && storeBatch(deps, sending, batch));
      // Its failure is told where it is awaited.
      storing.catch(() => undefined);
    }
    return (await storing) ? 'finished' : 'overtaken';
  } finally {
    await storing.catch(() => undefined);
  }
}

type Batch = PreparedRows & {
  readonly rows: readonly JobRow[];
  readonly now: Date;
  /** Some of the rows may have a notification. */
  readonly mayBeStored: boolean;
};

async function prepareBatch(
  deps: ProcessJobDeps,
  sending: JobSending,
  { rows, mayBeStored }: Pick<Batch, 'rows' | 'mayBeStored'>,
): Promise<Batch> {
  const now = deps.clock.now();
  const prepared = await prepareRows(deps, sending, rows, now);
  if (prepared.broken.length > 0)
    deps.logger.error(
      { err: prepared.error, jobId: sending.job.id, rows: prepared.broken },
      'Rows could not be processed',
    );
  return { ...prepared, rows, now, mayBeStored };
}

/** False when somebody else is at work on the job, or it is in progress no more: then nothing was stored. */
async function storeBatch(deps: ProcessJobDeps, sending: JobSending, batch: Batch): Promise<boolean> {
  try {
    return await commitBatch(deps, sending, batch);
  } catch (error) {
    if (!isRefusedValue(error) || batch.messages.length === 0) throw error;
    // Somebody stored one of the rows since this run began.
    if (violatedConstraint(error) !== null && !batch.mayBeStored)
      return storeBatch(deps, sending, { ...batch, mayBeStored: true });
    const { rows, mayBeStored } = batch;
    if (rows.length === 1) {
      // A task of its own tries that row again, and gives it up in the end.
      deps.logger.warn({ err: error, jobId: sending.job.id, row: rows[0]!.rowNumber }, 'A row could not be stored');
      return commitBatch(deps, sending, { ...batch, messages: [], toStore: null, broken: [rows[0]!.rowNumber] });
    }
    const middle = Math.ceil(rows.length / 2);
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
      const prepared = await prepareBatch(deps, sending, { rows: half, mayBeStored });
      if (!(await storeBatch(deps, sending, prepared))) return false;
    }
    return true;
  }
}

async function commitBatch(
  deps: ProcessJobDeps,
  { job }: JobSending,
  { rows, broken, ...batch }: Batch,
): Promise<boolean> {
  const from = rows[0]!.rowNumber;
  const to = rows.at(-1)!.rowNumber + 1;
  const stored = await storeCounted(deps.db, async (tx) => {
    if (!(await advanceJob(tx, job.id, from, to))) return null;
    if (broken.length > 0) await deps.queue.enqueue(tx, saveRowsJobs(job, broken, 1), { leaveLive: true });
    return storeJobRows(deps, tx, { ...batch, jobId: job.id });
  });
  if (stored !== null) noteStoredRows(deps, stored);
  return stored !== null;
}
