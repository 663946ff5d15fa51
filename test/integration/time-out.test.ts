import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notificationStatuses, type NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { timeOutNotifications } from '../../src/lib/notifications/time-out-notifications.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { read } from './delivery.ts';

const clock = createTestClock('2026-03-10T00:05:00Z');
const app = useTestApp({ clock });
const templates = {} as Record<TemplateType, Template>;

beforeAll(async () => {
  const { id } = await aService(app);
  for (const templateType of ['sms', 'email', 'letter'] as const) {
    templates[templateType] = await aTemplate(app, id, { templateType });
  }
});

beforeEach(() => app.db.query('TRUNCATE notifications'));

const exactly72Hours = '2026-03-07T00:05:00Z';
const older = '2026-03-07T00:04:59.999Z';

describe('a message without a receipt', () => {
  for (const type of ['sms', 'email', 'letter'] as const) {
    for (const status of notificationStatuses) {
      const ends = type !== 'letter' && (status === 'sending' || status === 'pending');
      it(`(${type} in ${status}) ${ends ? 'ends as temporary-failure' : 'stays as it is'} after 72 hours`, async () => {
        const id = await insertRows(app, templates[type], { status, createdAt: older });
        const expected: NotificationStatus = ends ? 'temporary-failure' : status;
        expect(await timeOutNotifications(app)).toBe(ends ? 1 : 0);
        expect(await read(app, id)).toMatchObject({ status: expected, updatedAt: ends ? clock.now() : null });
      });
    }
  }

  it('stays for 72 hours', async () => {
    const id = await insertRows(app, templates.sms, { status: 'sending', createdAt: exactly72Hours });
    expect(await timeOutNotifications(app)).toBe(0);
    expect(await read(app, id)).toMatchObject({ status: 'sending' });
  });

  it('ends once, however many processes look', async () => {
    await insertRows(app, templates.sms, { status: 'sending', createdAt: older, count: 300 });
    const counts = await Promise.all([1, 2, 3].map(() => timeOutNotifications(app)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(300);
    expect(await timeOutNotifications(app)).toBe(0);
  });
});
