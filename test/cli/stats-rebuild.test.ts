import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, londonDate, londonMidnightUtc } from '../../src/lib/core/london-time.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { resultOf, textOf, expectError } = commandsOn(app);
const today = londonDate(new Date());
const daysAgo = (days: number): string => addDays(today, -days);
const midnightDaysAgo = (days: number): string => londonMidnightUtc(daysAgo(days)).toISOString();

let sms: Template;
beforeAll(async () => {
  sms = await aTemplate(app, (await aService(app)).id);
  await insertRows(app, sms, { createdAt: midnightDaysAgo(3), status: 'delivered', count: 2 });
});

describe('stats rebuild', () => {
  const day = daysAgo(3);
  const counted = (before: number): object => ({ day, services: 1, notifications: 2, notifications_before: before });

  it('counts days, and counts them again', async () => {
    const planned = await resultOf(['stats', 'rebuild', '--day', day, '--type', 'sms', '--dry-run'], {
      status: 'planned',
    });
    const statuses = [{ ...counted(0), notification_type: 'sms' }];
    expect(planned).toEqual({ dry_run: true, service_id: null, statuses });
    const result = await resultOf(['stats', 'rebuild', '--day', day, '--until', daysAgo(2)]);
    expect(result.statuses).toHaveLength(6);
    expect(result.statuses).toContainEqual({ ...counted(0), notification_type: 'sms' });
    const again = await resultOf(['stats', 'rebuild', '--day', day, '--service', sms.serviceId]);
    expect(again.service_id).toBe(sms.serviceId);
    expect(again.statuses).toContainEqual({ ...counted(2), notification_type: 'sms' });
    const text = await textOf(['stats', 'rebuild', '--day', day]);
    expect(text).toMatch(new RegExp(`${day} +sms +1 +2 +2`));
    expect(text).toContain('Counted 1 day: 2 notifications');
  });

  it('counts how fast messages went', async () => {
    const result = await resultOf(['stats', 'rebuild', '--day', day, '--processing-time']);
    expect(result.processing_time).toEqual([{ day, messages_total: 0, messages_within_10_secs: 0, percentage: 100 }]);
    expect(await textOf(['stats', 'rebuild', '--day', day, '--processing-time'])).toContain('100.0');
  });

  it.each([
    [['--day', today], `--day is '${today}': expected a day before today (${today})`],
    [['--day', day, '--until', today], `--until is '${today}': expected a day before today (${today})`],
    [['--day', day, '--until', daysAgo(4)], `--until is '${daysAgo(4)}': expected ${day} or a later day`],
    [['--day', 'yesterday'], `--day is 'yesterday': expected a day such as 2026-01-31`],
  ])('refuses %j', async (flags, message) => {
    await expectError(['stats', 'rebuild', ...flags], 2, { code: 'USAGE_INVALID', message });
  });

  it('knows no service of another id', async () => {
    await expectError(['stats', 'rebuild', '--day', day, '--service', randomUUID()], 5, { code: 'NOT_FOUND' });
  });
});
