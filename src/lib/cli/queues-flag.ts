import { Flags } from '@oclif/core';
import { queueNames, resolveQueues, type QueueName } from '../queue/queues.ts';

/** `--queue`, repeatable: a queue, an alias or a preset. */
export const queuesFlag = Flags.string({
  summary: 'Only this queue, alias or preset; repeatable.',
  helpValue: 'NAME',
  multiple: true,
  multipleNonGreedy: true,
});

/** The queues that `--queue` names; all without it. @throws AppError QUEUE_UNKNOWN */
export function readQueuesFlag(words: readonly string[] | undefined): QueueName[] {
  return words === undefined ? [...queueNames] : resolveQueues(words);
}
