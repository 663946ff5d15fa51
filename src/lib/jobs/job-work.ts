import { isAppError, messageOf } from '../core/errors.ts';
import { defineTask, TaskPostponed, type Task, type TaskFailure } from '../queue/task.ts';
import type { Queryable } from '../db/database.ts';
import { findJob } from './job-repository.ts';
import { leaveRowsOut } from './job-row-repository.ts';
import {
  processIncompleteJobsTaskName,
  processJobTaskName,
  saveRowsJobs,
  saveRowsTasks,
  type ProcessIncompleteJobsArgs,
  type ProcessJobArgs,
  type SaveRowsArgs,
} from './job-tasks.ts';
import { processIncompleteJobs } from './process-incomplete-jobs.ts';
import { processJob, type ProcessJobDeps } from './process-job.ts';
import { saveJobRows } from './save-job-rows.ts';

/** Seconds until a job is taken up again that could not be worked on, or that another worker is at work on. */
const outageDelay = 10;
const overtakenDelay = 5;

/** The background work of jobs, as the queue sees it (jobs sheet §6). */
export function jobTasks(deps: ProcessJobDeps): Task[] {
  return [
    defineTask<ProcessJobArgs>({
      name: processJobTaskName,
      run: (args, { signal }) => runJob(deps, args, signal),
    }),
    defineTask<ProcessIncompleteJobsArgs>({
      name: processIncompleteJobsTaskName,
      run: (args) => processIncompleteJobs(deps, args),
    }),
    ...Object.values(saveRowsTasks).map((name) =>
      defineTask<SaveRowsArgs>({
        name,
        run: (args) => runRows(deps, args),
        onExhausted: (tx, args, failure) => giveRowsUp(deps, tx, args, failure),
      }),
    ),
  ];
}

/**
 * An interrupted job goes on in another run; so does one that another worker has, should that die. Storage or database that
 * are away are no fault of the job.
 */
async function runJob(deps: ProcessJobDeps, args: ProcessJobArgs, signal: AbortSignal): Promise<void> {
  let outcome;
  try {
    outcome = await processJob(deps, args, { signal });
  } catch (error) {
    if (!isAppError(error, 'DATABASE_UNAVAILABLE') && !isAppError(error, 'STORAGE_UNAVAILABLE')) throw error;
    deps.logger.warn({ err: error, jobId: args.jobId }, 'The job waits for database and storage');
    throw new TaskPostponed(outageDelay);
  }
  if (outcome === 'interrupted') throw new TaskPostponed(0);
  if (outcome === 'overtaken') throw new TaskPostponed(overtakenDelay);
}

/** Where some of several rows are refused, each of them gets a task of its own. */
async function runRows(deps: ProcessJobDeps, args: SaveRowsArgs): Promise<void> {
  const { jobId, rowNumbers } = args;
  try {
    const saved = await saveJobRows(deps, args);
    if (saved !== null && saved.unknown.length > 0)
      deps.logger.error({ jobId, rows: saved.unknown }, 'The file of the job does not have these rows');
  } catch (error) {
    const job = rowNumbers.length === 1 || isAppError(error) ? null : await findJob(deps.db, jobId);
    if (job === null) throw error;
    deps.logger.warn({ err: error, jobId, rows: rowNumbers.length }, 'Rows are tried one by one');
    await deps.db.transaction((tx) => deps.queue.enqueue(tx, saveRowsJobs(job, rowNumbers, 1), { leaveLive: true }));
  }
}

async function giveRowsUp(
  { clock, logger }: ProcessJobDeps,
  tx: Queryable,
  { jobId, rowNumbers }: SaveRowsArgs,
  { error }: TaskFailure,
): Promise<void> {
  await leaveRowsOut(tx, jobId, { rowNumbers, reason: 'failed', at: clock.now() });
  logger.error({ jobId, rows: rowNumbers }, `Max retry failed Failed to persist rows of a job: ${messageOf(error)}`);
}
