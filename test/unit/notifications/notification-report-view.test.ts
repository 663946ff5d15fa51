import { describe, expect, it } from 'vitest';
import { londonDateTime, statusInWords } from '../../../src/lib/notifications/notification-report-view.ts';
import { notificationStatuses } from '../../../src/lib/notifications/notification-status.ts';

describe('statuses in words', () => {
  const rows: [(typeof notificationStatuses)[number], string | null, string | null, string | null][] = [
    ['failed', 'Failed', 'Failed', null],
    ['technical-failure', 'Technical failure', 'Technical failure', 'Technical failure'],
    ['temporary-failure', 'Inbox not accepting messages right now', 'Phone not accepting messages right now', null],
    ['permanent-failure', 'Email address doesn’t exist', 'Phone number doesn’t exist', 'Permanent failure'],
    ['delivered', 'Delivered', 'Delivered', 'Received'],
    ['sending', 'Sending', 'Sending', 'Accepted'],
    ['created', 'Sending', 'Sending', 'Accepted'],
    ['sent', 'Delivered', 'Sent internationally', null],
    ['returned-letter', null, null, 'Returned'],
    ['cancelled', null, null, null],
    ['pending', null, null, null],
    ['pending-virus-check', null, null, null],
    ['validation-failed', null, null, null],
    ['virus-scan-failed', null, null, null],
  ];
  for (const [status, ...words] of rows) {
    it(status, () => {
      const told = (['email', 'sms', 'letter'] as const).map((notificationType) =>
        statusInWords({ notificationType, status }),
      );
      expect(told).toEqual(words.map((word) => word ?? status));
    });
  }

  it('are all here', () => {
    expect(rows.map(([status]) => status).sort()).toEqual([...notificationStatuses].sort());
  });
});

it('times are those of London', () => {
  expect(londonDateTime(new Date('2026-01-05T23:04:05.999Z'))).toBe('2026-01-05 23:04:05');
  expect(londonDateTime(new Date('2026-07-05T23:04:05Z'))).toBe('2026-07-06 00:04:05');
});
