import { queueAliases, queueNames, queuePresets } from '../../src/lib/queue/queues.ts';
import { retryPolicies, type RetryPolicy } from '../../src/lib/queue/retry-policy.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import { code, page, table } from './markdown.ts';

export function queuesPage(): string {
  const lists = (map: Readonly<Record<string, readonly string[]>>): string[][] =>
    Object.entries(map).map(([name, queues]) => [code(name), queues.map(code).join(', ')]);
  return page(
    'Queues',
    `Queues, for \`notify serve --queues\`: ${queueNames.map(code).join(', ')}. Every queue is also known with \`-tasks\` behind its name.`,
    '## Presets',
    table(['Preset', 'Queues'], lists(queuePresets)),
    '## Aliases',
    table(['Alias', 'Queues'], lists(queueAliases)),
    '## Retries',
    'When a task fails, its next attempt is stored with its delay in the transaction that records the failure. `NOTIFY_RETRY_SCHEDULES` overrides them.',
    table(
      ['Task', 'Retries', 'Seconds before each (the last repeats)', 'Queue of the retries'],
      Object.entries(retryPolicies as Record<string, RetryPolicy>).map(([task, { maxRetries, delays, queue }]) => [
        code(task),
        maxRetries === Infinity ? 'without end' : String(maxRetries),
        delays.join(', '),
        queue === null ? 'the same' : code(queue),
      ]),
    ),
    '## Schedule',
    table(
      ['Task', 'Queue', 'When (UTC)'],
      scheduledTasks.map(({ task, queue, cron }) => [code(task), code(queue), code(cron)]),
    ),
  );
}
