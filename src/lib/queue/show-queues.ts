import type { Queryable } from '../db/database.ts';
import { readQueueStates, type QueueState } from './queue-admin-repository.ts';
import type { QueueName } from './queues.ts';

export type { QueueState };

/** What the jobs of each queue are doing, in the given order; also of queues that hold none. */
export async function showQueues(
  { db }: { db: Queryable },
  { queues }: { queues: readonly QueueName[] },
): Promise<QueueState[]> {
  const states = new Map((await readQueueStates(db, queues)).map((state) => [state.queue, state]));
  const empty = { waiting: 0, delayed: 0, active: 0, stale: 0, failed: 0, deadLetters: 0, oldestDue: null };
  return queues.map((queue) => states.get(queue) ?? { queue, ...empty });
}
