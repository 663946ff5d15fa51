import { isBundle } from './bundle.ts';
import type { ClaimedJob, JobClaims, WorkedQueue } from './job-claims.ts';
import { createJobSlots, type JobSlots } from './job-slots.ts';
import { deadLetterQueue, type QueueName } from './queues.ts';
import { runBundle, takeBundleApart, type BundleSignals } from './run-bundle.ts';
import { buryJob, runJob, type Ending, type WorkerDeps } from './run-job.ts';

/** Work on queues, until it is stopped. */
export interface Worker {
  /** Claims no more, and waits for what runs. What still runs after `graceMs` is left to another worker. */
  stop(graceMs: number): Promise<void>;
}

/** New jobs are announced; this finds delayed ones, and those of dead workers. Milliseconds. */
const lookEveryMs = 1000;

/** Signs of life, in milliseconds: well within the queues' `heartbeatSeconds`. */
const touchEveryMs = 5000;

/** Starts working on the queues with `concurrency` jobs at a time each. */
export async function startWorker(
  deps: WorkerDeps,
  queues: readonly QueueName[],
  concurrency: number,
): Promise<Worker> {
  const { claims, logger } = deps;
  const onError = (error: unknown): void => logger.warn({ err: error }, 'The queue had a problem');
  const stopping = new AbortController();
  const slotsOf = new Map<string, JobSlots>();
  const worked: readonly WorkedQueue[] = [...queues, deadLetterQueue];
  for (const queue of worked) {
    const slots = createJobSlots({
      slots: concurrency,
      claim: (limit) => claims.claim(queue, limit),
      run: async (job, signal) =>
        endJob(deps, queue, job, await work(deps, queue, job, { signal, stopping: stopping.signal })),
      onError,
    });
    slotsOf.set(queue, slots);
  }
  const wakeAll = (): void => slotsOf.forEach((slots) => slots.wake());
  const news = claims.listen((queue) => (queue === null ? wakeAll() : slotsOf.get(queue)?.wake()), onError);
  const looking = repeat(lookEveryMs, onError, async () => {
    for (const queue of await claims.due(worked)) slotsOf.get(queue)!.wake();
  });
  const touching = repeat(touchEveryMs, onError, async () => {
    for (const queue of worked) await touchJobs(claims, queue, slotsOf.get(queue)!);
  });
  wakeAll();
  return {
    async stop(graceMs) {
      stopping.abort();
      await Promise.all([news.close(), looking.stop()]);
      const stopped = Promise.all([...slotsOf.values()].map((slots) => slots.stop()));
      const giveUp = setTimeout(() => void giveBackAll(deps, slotsOf), graceMs);
      await stopped;
      clearTimeout(giveUp);
      await touching.stop();
    },
  };
}

/** Works on what was claimed, or gives it up. Never rejects. */
async function work(deps: WorkerDeps, queue: WorkedQueue, job: ClaimedJob, signals: BundleSignals): Promise<Ending> {
  const isGivenUp = queue === deadLetterQueue;
  if (isBundle(job.data)) return isGivenUp ? takeBundleApart(deps, queue, job) : runBundle(deps, queue, job, signals);
  return isGivenUp ? buryJob(deps, queue, job) : runJob(deps, queue, job, signals.signal);
}

/** Does something again and again, never twice at the same time. */
function repeat(
  everyMs: number,
  onError: (error: unknown) => void,
  work: () => Promise<void>,
): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => (running = null));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function touchJobs(claims: JobClaims, queue: WorkedQueue, slots: JobSlots): Promise<void> {
  // What has just been claimed is as good as touched.
  const jobs = slots.heldFor(touchEveryMs / 2);
  if (jobs.length === 0) return;
  const living = await claims.touch(queue, jobs);
  const lost = new Set(jobs.flatMap(({ id }) => (living.has(id) ? [] : [id])));
  slots.abandon(({ id }) => lost.has(id), 'The claim on the job was lost');
}

/** The time to stop is up: the jobs that still run are for others. */
async function giveBackAll({ claims, logger }: WorkerDeps, slotsOf: ReadonlyMap<string, JobSlots>): Promise<void> {
  const reason = 'The process was stopped while the task ran';
  for (const [queue, slots] of slotsOf) {
    const jobs = slots.heldFor(0);
    if (jobs.length === 0) continue;
    await claims
      .giveBack(queue as WorkedQueue, jobs, reason)
      .catch((error: unknown) => logger.error({ err: error, queue }, 'Jobs that still ran could not be given back'));
    slots.abandon(() => true, reason);
  }
}

/** Takes a job that ended out of the queue, or leaves it to the queue's own retry. Never rejects. */
async function endJob(
  { claims, logger }: WorkerDeps,
  queue: WorkedQueue,
  job: ClaimedJob,
  ending: Ending,
): Promise<void> {
  if (ending === 'settled') return;
  try {
    if (ending === 'done') await claims.finish(queue, job);
    else await claims.giveBack(queue, [job], ending.giveBack);
  } catch (error) {
    // Without signs of life it is handed out again soon; every task may run twice.
    logger.warn({ err: error, task: job.data.task }, 'The end of a job could not be recorded; it will run again');
  }
}
