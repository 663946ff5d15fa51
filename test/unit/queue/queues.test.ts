import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../src/lib/core/errors.ts';
import { deadLetterQueue, queueNames, queuePresets, resolveQueues } from '../../../src/lib/queue/queues.ts';

const database = ['bulk-sms', 'bulk-email', 'db-sms', 'db-email', 'db-letter'];

test.each<[string, string[]]>([
  // Aliases.
  ['database-tasks', database],
  ['database-tasks-documents', database],
  ['save-api-sms-tasks', ['db-sms']],
  ['save-api-email-tasks', ['db-email']],
  ['send-tasks', ['send-sms', 'send-email']],
  ['notify-internal-tasks', ['notify']],
  ['priority-tasks', ['notify']],
  ['priority', ['notify']],
  ['job-tasks', ['process-job']],
  ['letter-tasks', ['letters']],
  ['antivirus-tasks', ['letters']],
  ['sanitise-letter-tasks', ['letters']],
  ['broadcast-tasks', ['broadcasts']],
  ['report-requests-notifications-tasks', ['reporting']],
  ['build-sms', ['bulk-sms']],
  // Any other reference name.
  ['send-sms-tasks', ['send-sms']],
  ['send-email-tasks', ['send-email']],
  ['send-letter-tasks', ['send-letter']],
  ['research-mode-tasks', ['research-mode']],
  ['retry-tasks', ['retry']],
  ['periodic-tasks', ['periodic']],
  ['reporting-tasks', ['reporting']],
  ['create-letters-pdf-tasks', ['create-letters-pdf']],
  // Presets; retry, periodic, reporting, letters, service-callbacks(-retry) and broadcasts are queues themselves.
  ['sender', ['send-sms', 'send-email']],
  ['database', database],
  ['research', ['research-mode']],
  ['jobs', ['process-job']],
  ['internal', ['notify']],
  ['receipts', ['sms-callbacks', 'ses-callbacks', 'letter-callbacks']],
  ['letters-all', ['send-letter', 'create-letters-pdf', 'letters']],
])('%s means %j', (word, queues) => {
  expect(resolveQueues([word])).toEqual(queues);
});

test.each([...queueNames])('%s means itself', (name) => {
  expect(resolveQueues([name])).toEqual([name]);
});

describe('several words', () => {
  test('give each queue once, in the order of the queues', () => {
    expect(resolveQueues(['retry', 'send-email', 'sender', 'send-tasks', 'db-sms'])).toEqual([
      'db-sms',
      'send-sms',
      'send-email',
      'retry',
    ]);
  });

  test('may be none', () => {
    expect(resolveQueues([])).toEqual([]);
  });

  test('together reach every queue', () => {
    const words = [
      ...Object.keys(queuePresets),
      'retry',
      'periodic',
      'reporting',
      'service-callbacks',
      'service-callbacks-retry',
      'broadcasts',
    ];
    expect(resolveQueues(words)).toEqual(queueNames);
  });
});

describe('an unknown word', () => {
  test.each(['', 'sms', 'send', 'SEND-SMS', 'send-sms ', 'tasks', '-tasks', 'constructor', 'toString', '__proto__'])(
    '%j is refused, with what is known',
    (word) => {
      try {
        resolveQueues(['retry', word]);
        expect.unreachable();
      } catch (error) {
        if (!isAppError(error, 'QUEUE_UNKNOWN')) throw error;
        expect(error.message).toBe(`'${word}' is not a queue`);
        expect(error.kind.exitCode).toBe(2);
        expect(error.hint).toMatch(/Queues: bulk-sms, .*Presets: sender, .*Aliases: database-tasks, /);
      }
    },
  );

  test('the dead letter queue is none that workers are pointed at', () => {
    expect(() => resolveQueues([deadLetterQueue])).toThrow();
  });
});
