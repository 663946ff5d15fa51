import type { PgBoss } from 'pg-boss';
import type { Logger } from '../observability/logger.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { ClaimedJob, JobClaims, WorkedQueue } from './job-claims.ts';
import { claimLost } from './job-repository.ts';
import { transactionAdapter, type JobQueue } from './job-queue.ts';
import type { JobData } from './queue-database.ts';
import type { QueueName } from './queues.ts';
import { nextDelay, retryPolicyOf, type RetryPolicy } from './retry-policy.ts';
import { TaskPostponed, type Task, type TaskRegistry } from './task.ts';

export interface WorkerDeps {
  readonly boss: PgBoss;
  readonly claims: JobClaims;
  readonly queue: JobQueue;
  readonly db: Database;
  readonly tasks: TaskRegistry;
  readonly logger: Logger;
  readonly retrySchedules: Readonly<Record<string, Pick<RetryPolicy, 'maxRetries' | 'delays'>>>;
  /** Called for each finished run: outcome is `done`, `retried`, `exhausted` or `crashed`. */
  readonly onRun?: (task: string, outcome: RunOutcome, run: { queue: string; ms: number }) => void;
}

export type RunOutcome = 'done' | 'retried' | 'exhausted' | 'crashed';

/** How long a job of an unknown task waits for a worker that knows it. */
const postponeSeconds = 60;

/** What became of a run: its job is to be taken out of the queue, is dealt with, or is for the queue's own retry. */
export type Ending = 'done' | 'settled' | { readonly giveBack: string };

/** An attempt at the work of a job. */
export interface Attempt {
  readonly data: JobData;
  /**
   * Ends what was claimed for it, where that is the job itself, in the transaction that says what follows.
   *
   * @throws AppError LOCKED when the claim is lost
   */
  readonly end: (tx: Queryable, output: { message: string }) => Promise<void>;
}

/** Runs one job to its end. Never rejects. */
export async function runJob(
  deps: WorkerDeps,
  queue: WorkedQueue,
  job: ClaimedJob,
  signal: AbortSignal,
): Promise<Ending> {
  return runAttempt(deps, queue, attemptAt(deps, queue, job), signal);
}

function attemptAt({ boss }: WorkerDeps, queue: WorkedQueue, job: ClaimedJob): Attempt {
  return { data: job.data, end: (tx, output) => completeJob(boss, tx, queue, job, output) };
}

/** Makes one attempt. Never rejects. */
export async function runAttempt(
  deps: WorkerDeps,
  queue: WorkedQueue,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Ending> {
  const { data } = attempt;
  const task = deps.tasks.get(data.task);
  if (task === undefined) {
    loggerOf(deps, queue, data).error('No such task in this version of the program; the job waits for another version');
    return postponeJob(deps, queue, attempt, unknownTask(data));
  }
  const startedAt = performance.now();
  const report = (outcome: RunOutcome): void =>
    deps.onRun?.(data.task, outcome, { queue, ms: performance.now() - startedAt });
  try {
    await task.run(data.args, { attempt: data.attempt, requestId: data.requestId, signal });
    report('done');
    return 'done';
  } catch (error) {
    if (error instanceof TaskPostponed) return postponeJob(deps, queue, attempt, error);
    try {
      const outcome = await settleFailure(deps, queue, attempt, task, error);
      loggerOf(deps, queue, data)[outcome === 'retried' ? 'warn' : 'error'](
        { err: error },
        outcome === 'retried' ? 'Task failed and will be retried' : 'Task failed for good',
      );
      report(outcome);
      return 'settled';
    } catch (settleError) {
      // The failure could not be recorded (the database went away): the queue itself retries the job.
      loggerOf(deps, queue, data).error({ err: settleError }, 'Task failed and its failure could not be recorded');
      report('crashed');
      return { giveBack: messageOf(settleError) };
    }
  }
}

function unknownTask(data: JobData): { delay: number; message: string } {
  return { delay: postponeSeconds, message: `unknown task ${data.task}` };
}

/** Made only when there is something to say: most jobs say nothing. */
function loggerOf({ logger }: WorkerDeps, queue: string, { task, subject, attempt, requestId }: JobData): Logger {
  return logger.child({ task, queue, subject, attempt, requestId });
}

/**
 * Puts a job back for a while, at the same attempt: during an upgrade, workers of two versions share a queue, and the
 * queue's own retries would be used up in seconds.
 */
async function postponeJob(
  { queue: jobQueue, db, logger }: WorkerDeps,
  queue: WorkedQueue,
  { data, end }: Attempt,
  { delay, message }: Pick<TaskPostponed, 'delay' | 'message'>,
): Promise<Ending> {
  try {
    await db.transaction(async (tx) => {
      await end(tx, { message });
      await jobQueue.enqueue(tx, [{ ...data, queue: queue as QueueName, delay }]);
    });
    return 'settled';
  } catch (error) {
    logger.error({ err: error, task: data.task }, 'The job could not be put back');
    return { giveBack: messageOf(error) };
  }
}

/**
 * Completes the failed job and inserts its successor, in that order and in one transaction with the record of the
 * failure. The other order would lose the successor: the running job still holds its key, and the insert would skip.
 */
async function settleFailure(
  { queue: jobQueue, db, retrySchedules }: WorkerDeps,
  queue: WorkedQueue,
  { data, end }: Attempt,
  task: Task,
  error: unknown,
): Promise<RunOutcome> {
  const policy = retryPolicyOf(task.name, retrySchedules);
  const retryIn = nextDelay(policy, data.attempt);
  const failure = { attempt: data.attempt, error, retryIn };
  await db.transaction(async (tx) => {
    await end(tx, { message: messageOf(error) });
    if (retryIn === null) {
      await task.onExhausted?.(tx, data.args, failure);
      return;
    }
    await task.onFailure?.(tx, data.args, failure);
    // This job is complete, so whoever holds the successor's key is another one, such as a replay: its retries do.
    await jobQueue.enqueue(
      tx,
      [{ ...data, queue: policy.queue ?? (queue as QueueName), attempt: data.attempt + 1, delay: retryIn }],
      { leaveLive: true },
    );
  });
  return retryIn === null ? 'exhausted' : 'retried';
}

/** Completes a job in a transaction, provided that this worker's claim on it still holds. */
async function completeJob(
  boss: PgBoss,
  tx: Queryable,
  queue: string,
  job: ClaimedJob,
  output: { message: string },
): Promise<void> {
  // pg-boss counts the jobs it completed but does not type the count.
  const completion = (await boss.complete(queue, job, output, { db: transactionAdapter(tx) })) as { affected: number };
  if (completion.affected === 0) throw claimLost();
}

/** The end of a job whose worker died again and again: the task's exhausted hook runs once. Never rejects. */
export async function buryJob(deps: WorkerDeps, queue: WorkedQueue, job: ClaimedJob): Promise<Ending> {
  const { data } = job;
  const task = deps.tasks.get(data.task);
  if (task === undefined) return postponeJob(deps, queue, attemptAt(deps, queue, job), unknownTask(data));
  const startedAt = performance.now();
  const error = new AppError('INTERNAL', `The worker of task ${data.task} died or lost the database on every try`);
  try {
    await deps.db.transaction(async (tx) => {
      // Kept for a while: `notify queue retry` may put it back.
      await completeJob(deps.boss, tx, queue, job, { message: error.message });
      await task.onExhausted?.(tx, data.args, { attempt: data.attempt, error, retryIn: null });
    });
    deps.logger.error({ task: data.task, subject: data.subject }, error.message);
    deps.onRun?.(data.task, 'exhausted', { queue, ms: performance.now() - startedAt });
    return 'settled';
  } catch (hookError) {
    deps.logger.error({ task: data.task, subject: data.subject, err: hookError }, 'The exhausted hook failed');
    return { giveBack: messageOf(hookError) };
  }
}
