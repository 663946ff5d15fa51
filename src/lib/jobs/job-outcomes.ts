import type { Redis } from '../cache/redis.ts';
import { readStatusCounts, type StatusCount } from './job-statistics.ts';

/** Statistics of jobs that cannot change any more, kept in Redis. Without Redis nothing is kept, and nothing fails. */
export interface JobOutcomes {
  /** What is kept of these jobs, by id. */
  read(jobIds: readonly string[]): Promise<ReadonlyMap<string, readonly StatusCount[]>>;
  /** Keeps statistics for a day; to be called for settled ones only. */
  keep(jobId: string, counts: readonly StatusCount[]): Promise<void>;
}

const keptSeconds = 86_400;

export function jobOutcomesKey(jobId: string): string {
  return `job-${jobId}-notification-outcomes`;
}

/** @param redis null: the process does without */
export function createJobOutcomes(redis: Redis | null): JobOutcomes {
  return {
    async read(jobIds) {
      const known = new Map<string, readonly StatusCount[]>();
      if (redis === null) return known;
      // One by one, which go out together: keys of several jobs may be on several nodes.
      const answers = await Promise.all(jobIds.map((id) => redis.call('GET', jobOutcomesKey(id))));
      for (const [index, answer] of answers.entries()) {
        const counts = typeof answer === 'string' ? readStatusCounts(answer) : null;
        if (counts !== null) known.set(jobIds[index]!, counts);
      }
      return known;
    },
    async keep(jobId, counts) {
      await redis?.call('SET', jobOutcomesKey(jobId), JSON.stringify(counts), 'EX', keptSeconds);
    },
  };
}
