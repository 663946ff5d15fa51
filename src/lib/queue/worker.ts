import type { Job, JobResult, PgBoss } from 'pg-boss';
import type { Logger } from '../observability/logger.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { createJobQueue, transactionAdapter, type JobData } from './job-queue.ts';
import { deadLetterQueue, type QueueName } from './queues.ts';
import { nextDelay, retryPolicyOf, type RetryPolicy } from './retry-policy.ts';
import type { Task, TaskRegistry } from './task.ts';

export interface WorkerDeps {
  readonly boss: PgBoss;
  readonly db: Database;
  readonly tasks: TaskRegistry;
  readonly logger: Logger;
  readonly retrySchedules: Readonly<Record<string, Pick<RetryPolicy, 'maxRetries' | 'delays'>>>;
  /** Counts finished runs: outcome is `done`, `retried`, `exhausted` or `crashed`. */
  readonly onRun?: (task: string, outcome: RunOutcome) => void;
}

export type RunOutcome = 'done' | 'retried' | 'exhausted' | 'crashed';

/** Starts working on the queues with `concurrency` jobs at a time each. Stopping the boss stops it. */
export async function startWorker(deps: WorkerDeps, queues: readonly QueueName[], concurrency: number): Promise<void> {
  // Two fetchers, so that one slow job holds up only half of a queue's slots.
  const fetchers = concurrency > 1 ? 2 : 1;
  const options = {
    batchSize: Math.ceil(concurrency / fetchers),
    localConcurrency: fetchers,
    perJobResults: true as const,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 2,
    // New jobs are announced; polling finds delayed ones and those of dead workers.
    notifyPollingIntervalSeconds: 2,
  };
  for (const queue of queues) {
    await deps.boss.work<JobData>(queue, options, (jobs) => runBatch(deps, queue, jobs));
  }
  await deps.boss.work<JobData>(deadLetterQueue, options, (jobs) => Promise.all(jobs.map((job) => buryJob(deps, job))));
}

function runBatch(deps: WorkerDeps, queue: QueueName, jobs: Job<JobData>[]): Promise<JobResult[]> {
  return Promise.all(jobs.map((job) => runJob(deps, queue, job)));
}

/** Runs one job to a settled result; never throws. */
async function runJob(deps: WorkerDeps, queue: QueueName, job: Job<JobData>): Promise<JobResult> {
  const { data } = job;
  const task = deps.tasks.get(data.task);
  const logger = deps.logger.child({
    task: data.task,
    queue,
    subject: data.subject,
    attempt: data.attempt,
    requestId: data.requestId,
  });
  if (task === undefined) {
    // Another version of the program may know it: leave it to its retries and, at last, to the dead letter queue.
    logger.error('No such task in this version of the program');
    return { id: job.id, status: 'failed', output: { message: `unknown task ${data.task}` } };
  }
  try {
    await task.run(data.args, { attempt: data.attempt, requestId: data.requestId, signal: job.signal });
    deps.onRun?.(data.task, 'done');
    return { id: job.id, status: 'completed' };
  } catch (error) {
    try {
      const outcome = await settleFailure(deps, queue, job, task, error);
      logger[outcome === 'retried' ? 'warn' : 'error'](
        { err: error },
        outcome === 'retried' ? 'Task failed and will be retried' : 'Task failed for good',
      );
      deps.onRun?.(data.task, outcome);
      return { id: job.id, status: 'completed' };
    } catch (settleError) {
      // The failure could not be recorded (the database went away): the queue itself retries the job.
      logger.error({ err: settleError }, 'Task failed and its failure could not be recorded');
      deps.onRun?.(data.task, 'crashed');
      return { id: job.id, status: 'failed', output: { message: messageOf(settleError) } };
    }
  }
}

/**
 * Completes the failed job and inserts its successor, in that order and in one transaction with the record of the
 * failure. The other order would lose the successor: the running job still holds its key, and the insert would skip.
 */
async function settleFailure(
  { boss, db, retrySchedules }: WorkerDeps,
  queue: QueueName,
  job: Job<JobData>,
  task: Task,
  error: unknown,
): Promise<RunOutcome> {
  const { data } = job;
  const policy = retryPolicyOf(task.name, retrySchedules);
  const retryIn = nextDelay(policy, data.attempt);
  const failure = { attempt: data.attempt, error, retryIn };
  await db.transaction(async (tx) => {
    const output = { message: messageOf(error) };
    // pg-boss counts the jobs it completed but does not type the count.
    const completion = (await boss.complete(queue, job, output, { db: transactionAdapter(tx) })) as {
      affected: number;
    };
    if (completion.affected === 0) {
      throw new AppError('LOCKED', 'The claim on the job was lost while it ran; whoever claimed it next decides');
    }
    if (retryIn === null) {
      await task.onExhausted?.(tx, data.args, failure);
      return;
    }
    await task.onFailure?.(tx, data.args, failure);
    await createJobQueue(boss).enqueue(tx, [
      { ...data, queue: policy.queue ?? queue, attempt: data.attempt + 1, delay: retryIn },
    ]);
  });
  return retryIn === null ? 'exhausted' : 'retried';
}

/** The end of a job whose worker died again and again: the task's exhausted hook runs once. */
async function buryJob(deps: WorkerDeps, job: Job<JobData>): Promise<JobResult> {
  const { data } = job;
  const error = new AppError('INTERNAL', `The worker of task ${data.task} died or lost the database on every try`);
  try {
    await deps.db.transaction(async (tx) => {
      await deps.tasks.get(data.task)?.onExhausted?.(tx, data.args, { attempt: data.attempt, error, retryIn: null });
    });
    deps.logger.error({ task: data.task, subject: data.subject }, error.message);
    deps.onRun?.(data.task, 'exhausted');
    return { id: job.id, status: 'completed' };
  } catch (hookError) {
    deps.logger.error({ task: data.task, subject: data.subject, err: hookError }, 'The exhausted hook failed');
    return { id: job.id, status: 'failed', output: { message: messageOf(hookError) } };
  }
}
