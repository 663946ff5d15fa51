/** Statistics for operators: `stats show` and `stats export`. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, londonDate, londonMidnightUtc } from '../../src/lib/core/london-time.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const today = londonDate(new Date());
const daysAgo = (days: number): string => addDays(today, -days);
const on = (days: number): string => londonMidnightUtc(daysAgo(days)).toISOString();

let sms: Template;
let email: Template;
let service: { id: string; name: string };
beforeAll(async () => {
  service = await aService(app, { name: 'Parks, "and" recreation' });
  sms = await aTemplate(app, service.id, { name: 'Text' });
  email = await aTemplate(app, (await aService(app, { name: 'Zoo' })).id, { name: 'Mail', templateType: 'email' });
  await insertRows(app, sms, { createdAt: on(3), status: 'delivered', count: 2 });
  await insertRows(app, sms, { createdAt: on(3), status: 'permanent-failure' });
  await insertRows(app, sms, { createdAt: on(3), keyType: 'test', count: 5 });
  await resultOf(['stats', 'rebuild', '--day', daysAgo(3)]);
  // Comes from the facts alone.
  await app.db.query({
    text: `UPDATE ft_notification_status SET notification_count = 20 WHERE notification_status = 'delivered'`,
  });
  await insertRows(app, email, { createdAt: on(2), status: 'sending' });
  await insertRows(app, sms, { createdAt: on(0), status: 'created', count: 4 });
});

const row = (template: Template, more: object): object => ({
  period: today,
  service_id: template.serviceId,
  service_name: template === sms ? service.name : 'Zoo',
  template_id: template.id,
  template_name: template.name,
  notification_type: template.templateType,
  ...more,
});
const all = ['stats', 'export', '--all-services', '--from', daysAgo(7)];

/** In the order in which they are written. */
const expected = (): object[] => [
  row(sms, { period: daysAgo(3), status: 'delivered', count: 20 }),
  row(sms, { period: daysAgo(3), status: 'permanent-failure', count: 1 }),
  row(email, { period: daysAgo(2), status: 'sending', count: 1 }),
  row(sms, { status: 'created', count: 4 }),
];

describe('stats export', () => {
  const lines = async (...flags: string[]): Promise<unknown[]> => {
    const { exitCode, stdout } = await notify([...all, '--format', 'jsonl', ...flags]);
    expect(exitCode).toBe(0);
    return stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  };
  const sorted = (rows: readonly unknown[]): string[] => rows.map((one) => JSON.stringify(one)).sort();

  it('writes facts of past days, days without facts and today, each once', async () => {
    expect(sorted(await lines())).toEqual(sorted(expected()));
    expect(await lines('--to', daysAgo(4))).toEqual([]);
    expect(sorted(await lines('--to', daysAgo(2)))).toEqual(sorted(expected().slice(0, 3)));
  });

  it('writes JSON and CSV', async () => {
    const json = await notify([...all, '--format', 'json']);
    expect(sorted(JSON.parse(json.stdout) as unknown[])).toEqual(sorted(expected()));
    expect(json.stderr).toBe('4 rows\n');
    const none = await notify([...all, '--format', 'json', '--to', daysAgo(4)]);
    expect(JSON.parse(none.stdout)).toEqual([]);
    const csv = (await notify([...all, '--to', daysAgo(3)])).stdout.split('\r\n');
    expect(csv[0]).toBe('period,service_id,service_name,template_id,template_name,notification_type,status,count');
    expect(csv[1]).toBe(`${daysAgo(3)},${service.id},"Parks, ""and"" recreation",${sms.id},Text,sms,delivered,20`);
    expect(csv.slice(3)).toEqual(['']);
  });

  it('puts months together, and writes only one service', async () => {
    const output = join(await temporaryFolder(), 'months.jsonl');
    const flags = ['--service', sms.serviceId, '--from', daysAgo(7), '--by', 'month', '--format', 'jsonl'];
    const result = await resultOf(['stats', 'export', ...flags, '--output', output]);
    const rows = (await readFile(output, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { period: string; status: string; count: number; service_id: string });
    expect(result).toEqual({
      service_id: sms.serviceId,
      from: daysAgo(7),
      to: today,
      output,
      rows: rows.length,
    });
    const sum = (status: string): number =>
      rows.filter((one) => one.status === status).reduce((total, { count }) => total + count, 0);
    expect([sum('delivered'), sum('permanent-failure'), sum('created')]).toEqual([20, 1, 4]);
    expect(rows.every((one) => one.period.length === 7 && one.service_id === sms.serviceId)).toBe(true);
    await expectError(['stats', 'export', ...flags, '--output', output], 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf(['stats', 'export', ...flags, '--output', output, '--yes'])).toEqual(result);
  });

  it.each([
    [['--all-services', '--from', addDays(today, 1)], 2],
    [['--all-services', '--from', today, '--to', daysAgo(1)], 2],
    [['--all-services', '--from', today, '--to', addDays(today, 1)], 2],
    [['--all-services'], 2],
    [['--from', today], 2],
    [['--service', randomUUID(), '--from', today], 5],
  ])('refuses %j', async (flags, exitCode) => {
    const output = join(await temporaryFolder(), 'none');
    await expectError(['stats', 'export', ...flags, '--output', output], exitCode, {});
  });

  it('does not mix with --json on one output', async () => {
    await expectError([...all], 2, { code: 'USAGE_INVALID' });
  });
});

describe('stats show', () => {
  it('shows what became of the messages of a service, as the internal API does', async () => {
    const show = ['stats', 'show', '--service', sms.serviceId];
    const none = { requested: 0, delivered: 0, failed: 0 };
    expect(await resultOf(show)).toEqual({
      service_id: sms.serviceId,
      since: daysAgo(7),
      statistics: { email: none, sms: { requested: 25, delivered: 20, failed: 1 }, letter: none },
    });
    expect((await resultOf([...show, '--days', '0'])).statistics.sms).toEqual({
      requested: 4,
      delivered: 0,
      failed: 0,
    });
    expect(await textOf(show)).toMatch(/^sms +25 +20 +1$/m);
    await expectError(['stats', 'show', '--service', randomUUID()], 5, { code: 'NOT_FOUND' });
  });
});
