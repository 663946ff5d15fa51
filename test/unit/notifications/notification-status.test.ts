import { describe, expect, test } from 'vitest';
import {
  canMove,
  completedStatuses,
  expandStatusFilters,
  failedStatuses,
  notificationStatuses,
  sourcesOf,
  statusFilters,
  type NotificationStatus,
  type StatusFilter,
} from '../../../src/lib/notifications/notification-status.ts';

type Type = 'sms' | 'email' | 'letter';
const types: readonly Type[] = ['sms', 'email', 'letter'];

/** Every allowed move; what is not here is forbidden. */
const allowed: Readonly<Record<Type, Partial<Record<NotificationStatus, string>>>> = {
  sms: {
    created: 'sending sent pending delivered temporary-failure permanent-failure technical-failure', // Deliver; early receipts.
    sending: 'pending delivered temporary-failure permanent-failure technical-failure',
    pending: 'pending delivered temporary-failure permanent-failure technical-failure',
    sent: 'pending delivered temporary-failure permanent-failure technical-failure',
    'technical-failure': 'created', // Replay.
  },
  email: {
    created: 'sending technical-failure',
    sending: 'delivered temporary-failure permanent-failure',
    pending: 'delivered temporary-failure permanent-failure',
    'technical-failure': 'created',
  },
  letter: {
    created: 'sending delivered technical-failure validation-failed cancelled',
    'pending-virus-check': 'created delivered validation-failed virus-scan-failed technical-failure cancelled',
    sending: 'delivered technical-failure returned-letter created permanent-failure',
    delivered: 'returned-letter',
    // Cancelling a whole job.
    'technical-failure': 'created cancelled',
    'validation-failed': 'cancelled',
    'virus-scan-failed': 'cancelled',
  },
};

describe.each(types)('%s', (type) => {
  describe.each([...notificationStatuses])('%s', (from) => {
    const targets = allowed[type][from]?.split(' ') ?? [];

    test.each([...notificationStatuses])('→ %s', (to) => {
      expect(canMove(type, from, to)).toBe(targets.includes(to));
      expect(sourcesOf(type, to).includes(from)).toBe(targets.includes(to));
    });
  });

  test('every target of the table is a status', () => {
    const targets = Object.values(allowed[type]).flatMap((text) => text.split(' '));
    for (const target of targets) expect(notificationStatuses).toContain(target);
  });

  test('nothing becomes failed, which is only a filter', () => {
    expect(sourcesOf(type, 'failed')).toEqual([]);
  });

  test('a final status changes only by replay, by a returned letter, or by cancelling a letter job', () => {
    const finals = completedStatuses.filter((status) => status !== 'sent');
    const moves = [...finals, 'virus-scan-failed' as const].flatMap((from) =>
      notificationStatuses.filter((to) => canMove(type, from, to)).map((to) => `${from} → ${to}`),
    );
    expect(moves).toEqual(
      type === 'letter'
        ? [
            'delivered → returned-letter',
            'technical-failure → cancelled',
            'technical-failure → created',
            'validation-failed → cancelled',
            'virus-scan-failed → cancelled',
          ]
        : ['technical-failure → created'],
    );
  });
});

test('receipts are accepted from these statuses only', () => {
  expect(sourcesOf('sms', 'delivered')).toEqual(['created', 'sending', 'sent', 'pending']);
  expect(sourcesOf('email', 'delivered')).toEqual(['sending', 'pending']);
});

describe('filters', () => {
  test.each<[StatusFilter[], NotificationStatus[]]>([
    [[], []],
    [['created'], ['created']],
    [
      ['failed'],
      [
        'technical-failure',
        'temporary-failure',
        'permanent-failure',
        'validation-failed',
        'virus-scan-failed',
        'returned-letter',
      ],
    ],
    [['accepted'], ['created', 'sending']],
    [['received'], ['delivered']],
    [
      ['sending', 'accepted', 'received', 'delivered'],
      ['sending', 'created', 'delivered'],
    ],
    [['failed', 'returned-letter'], [...failedStatuses]],
  ])('%j stand for %j', (filters, statuses) => {
    expect(expandStatusFilters(filters)).toEqual(statuses);
  });

  test('are the statuses in the order of the API, and the two aliases of letters', () => {
    expect(statusFilters.join(', ')).toBe(
      'cancelled, created, sending, sent, delivered, pending, failed, technical-failure, temporary-failure, ' +
        'permanent-failure, pending-virus-check, validation-failed, virus-scan-failed, returned-letter, accepted, received',
    );
    expect(statusFilters.slice(0, -2)).toEqual([...notificationStatuses]);
  });

  test('all expand to statuses that rows may have', () => {
    for (const filter of statusFilters)
      for (const status of expandStatusFilters([filter])) {
        expect(notificationStatuses).toContain(status);
        expect(status).not.toBe('failed');
      }
  });
});
