import { AppError } from '../core/errors.ts';

/** The named queues (delivery sheet §2.1). */
export const queueNames = [
  'bulk-sms',
  'bulk-email',
  'db-sms',
  'db-email',
  'db-letter',
  'send-sms',
  'send-email',
  'send-letter',
  'notify',
  'research-mode',
  'retry',
  'process-job',
  'periodic',
  'reporting',
  'create-letters-pdf',
  'letters',
  'sms-callbacks',
  'ses-callbacks',
  'letter-callbacks',
  'service-callbacks',
  'service-callbacks-retry',
  'broadcasts',
] as const;

export type QueueName = (typeof queueNames)[number];

/** Where the queue puts jobs whose worker died too often; not a queue that workers are pointed at. */
export const deadLetterQueue = 'dead-letter';

/** Other names under which operators know queues; the rest of the reference's names are ours with `-tasks`. */
export const queueAliases: Readonly<Record<string, readonly QueueName[]>> = {
  'database-tasks': ['bulk-sms', 'bulk-email', 'db-sms', 'db-email', 'db-letter'],
  'database-tasks-documents': ['bulk-sms', 'bulk-email', 'db-sms', 'db-email', 'db-letter'],
  'save-api-sms-tasks': ['db-sms'],
  'save-api-email-tasks': ['db-email'],
  'send-tasks': ['send-sms', 'send-email'],
  'notify-internal-tasks': ['notify'],
  'priority-tasks': ['notify'],
  priority: ['notify'],
  'job-tasks': ['process-job'],
  'letter-tasks': ['letters'],
  'antivirus-tasks': ['letters'],
  'sanitise-letter-tasks': ['letters'],
  'broadcast-tasks': ['broadcasts'],
  'report-requests-notifications-tasks': ['reporting'],
  'build-sms': ['bulk-sms'],
};

/** Groups of queues that are usually run together on workers of their own. */
export const queuePresets: Readonly<Record<string, readonly QueueName[]>> = {
  sender: ['send-sms', 'send-email'],
  database: ['bulk-sms', 'bulk-email', 'db-sms', 'db-email', 'db-letter'],
  research: ['research-mode'],
  jobs: ['process-job'],
  internal: ['notify'],
  receipts: ['sms-callbacks', 'ses-callbacks', 'letter-callbacks'],
  'letters-all': ['create-letters-pdf', 'letters', 'send-letter'],
};

/**
 * Turns names, aliases and presets into queues, each once, in the order of `queueNames`.
 *
 * @throws AppError QUEUE_UNKNOWN naming the word and listing what is known
 */
export function resolveQueues(words: readonly string[]): QueueName[] {
  const chosen = new Set(words.flatMap(queuesOf));
  return queueNames.filter((name) => chosen.has(name));
}

function queuesOf(word: string): readonly QueueName[] {
  // Words such as `constructor` are properties of every object.
  for (const names of [queuePresets, queueAliases]) if (Object.hasOwn(names, word)) return names[word]!;
  const name = queueNames.find((candidate) => candidate === word || `${candidate}-tasks` === word);
  if (name !== undefined) return [name];
  throw new AppError('QUEUE_UNKNOWN', `'${word}' is not a queue`, {
    hint: `Queues: ${queueNames.join(', ')}. Presets: ${Object.keys(queuePresets).join(', ')}. Aliases: ${Object.keys(queueAliases).join(', ')}.`,
    details: { queue: word },
  });
}
