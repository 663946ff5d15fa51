import type { CommandResponse, PgBoss } from 'pg-boss';
import { openDatabase } from '../db/database.ts';
import { createGroupCommit } from '../db/group-commit.ts';
import { listen, type Listener } from '../db/listen.ts';
import { claimJobs, deleteClaimedJobs, listDueQueues, type ClaimedJob } from './job-repository.ts';
import { preparedAdapter } from './job-queue.ts';
import { newsChannel } from './queue-database.ts';
import type { deadLetterQueue, QueueName } from './queues.ts';

/** A queue that a worker takes jobs from. */
export type WorkedQueue = QueueName | typeof deadLetterQueue;

export type { ClaimedJob };

/** What a worker does to the queue: `docs/adr/0014-receipts-at-once-and-own-claims.md`. */
export interface JobClaims {
  /** Claims jobs that are due, at most `limit`, oldest first. */
  claim(queue: WorkedQueue, limit: number): Promise<ClaimedJob[]>;
  /**
   * Takes a job that is done out of the queue; does nothing when the claim was lost. Those of the schedule stay for the
   * queue's five minutes: whoever wonders whether a tick came can look.
   */
  finish(queue: WorkedQueue, job: ClaimedJob): Promise<void>;
  /** Lets the queue's own retry have jobs at once. */
  giveBack(queue: WorkedQueue, jobs: readonly ClaimedJob[], reason: string): Promise<void>;
  /** Gives a sign of life for jobs; returns the ids of those that are still claimed. */
  touch(queue: WorkedQueue, jobs: readonly ClaimedJob[]): Promise<ReadonlySet<string>>;
  /** Those of the queues in which a job is due. */
  due(queues: readonly WorkedQueue[]): Promise<WorkedQueue[]>;
  /** Tells of queues in which a job was put, and of the times when such news may have been missed (null). */
  listen(onNews: (queue: string | null) => void, onLost: (error: unknown) => void): Listener;
  close(): Promise<void>;
}

interface ClaimsDeps {
  readonly boss: PgBoss;
  readonly url: string;
  /** Name of the connections in pg_stat_activity. */
  readonly applicationName: string;
  readonly onIdleError: (error: Error) => void;
}

/** What the scheduler's jobs are about. */
const scheduleSubject = 'schedule';

const poolSize = 3;
const mostFinishedTogether = 200;

const settings = {
  synchronous_commit: 'off',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
};

/**
 * The claims of a process, on connections of their own. These do not wait for the disk: after a crash of the database, the last
 * claims and ends of jobs may be forgotten, and such a job runs again, as after a crash of its worker. And they read
 * through the indexes whatever the statistics say, which always lag behind a queue.
 */
export function createJobClaims({ boss, url, applicationName, onIdleError }: ClaimsDeps): JobClaims {
  const db = openDatabase({
    url,
    poolSize,
    applicationName,
    planning: 'once',
    settings,
    onIdleError,
  });
  const finished = createGroupCommit<{ queue: WorkedQueue; job: ClaimedJob }, undefined>({
    batchSize: mostFinishedTogether,
    async run(ends) {
      for (const [queue, group] of Map.groupBy(ends, (end) => end.queue)) {
        const [ticks, others] = partition(group.map(({ job }) => job));
        if (others.length > 0) await deleteClaimedJobs(db, queue, others);
        if (ticks.length > 0)
          await boss.complete(queue, ticks, undefined, { db: preparedAdapter(db, 'complete ticks') });
      }
      return ends.map(() => undefined);
    },
  });
  return {
    claim: (queue, limit) => claimJobs(db, queue, limit),
    finish: (queue, job) => finished.add({ queue, job }),
    async giveBack(queue, jobs, reason) {
      await boss.fail(queue, [...jobs], { message: reason });
    },
    async touch(queue, jobs) {
      const touched = (await boss.touch(queue, [...jobs], { db: preparedAdapter(db, 'touch jobs') })) as Settled;
      return new Set(touched.settled);
    },
    due: (queues) => listDueQueues(db, queues),
    listen: (onNews, onLost) =>
      listen({
        url,
        applicationName,
        channel: newsChannel,
        onNotice: onNews,
        onListening: () => onNews(null),
        onLost,
      }),
    async close() {
      await finished.drain();
      await db.close();
    },
  };
}

// pg-boss returns the ids that a statement touched but does not type them.
type Settled = CommandResponse & { readonly settled: readonly string[] };

function partition(jobs: readonly ClaimedJob[]): [ticks: ClaimedJob[], others: ClaimedJob[]] {
  const isTick = ({ data }: ClaimedJob): boolean => data.subject === scheduleSubject;
  return [jobs.filter(isTick), jobs.filter((job) => !isTick(job))];
}
