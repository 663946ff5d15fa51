import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { addDays, londonDate, londonMidnightUtc } from '../../src/lib/core/london-time.ts';
import { tryRebuildLock } from '../../src/lib/billing/billing-fact-repository.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const today = londonDate(new Date());
const daysAgo = (days: number): string => addDays(today, -days);
const midnightDaysAgo = (days: number): string => londonMidnightUtc(daysAgo(days)).toISOString();
const rebuild = (...flags: string[]): string[] => ['billing', 'rebuild', ...flags];

let [sms, letter]: Template[] = [];
beforeAll(async () => {
  const { id } = await aService(app);
  sms = await aTemplate(app, id);
  letter = await aTemplate(app, (await aService(app)).id, { templateType: 'letter' });
  await insertRows(app, sms, { createdAt: midnightDaysAgo(3), status: 'delivered', billableUnits: 3, count: 2 });
});

describe('billing rebuild', () => {
  const day = daysAgo(3);
  const none = { messages: 0, units: 0, cost: 0 };
  const two = { messages: 2, units: 6, cost: expect.closeTo(6 * 0.024) };
  const despatch = { despatched_before: 0, despatched_after: 0 };

  it('shows what it would do, counts, and counts again', async () => {
    const planned = await resultOf(rebuild('--day', day, '--dry-run'), { status: 'planned' });
    const counted = { day, before: none, after: two, ...despatch };
    expect(planned).toEqual({ dry_run: true, service_id: null, days: [counted], failed: [] });
    const span = await resultOf(rebuild('--from', day, '--to', today, '--yes'));
    expect(span.days).toHaveLength(4);
    expect(span.days[0]).toEqual(counted);
    const again = await resultOf(rebuild('--day', day, '--service', sms!.serviceId, '--yes'));
    expect(again).toMatchObject({ service_id: sms!.serviceId, days: [{ day, before: two, after: two }] });
    expect(again.days[0]).not.toHaveProperty('despatched_after');
    const text = await textOf(rebuild('--day', day, '--yes'));
    expect(text).toMatch(new RegExp(`${day} +2 +6 +£0\\.144 +2 +6 +£0\\.144`));
    expect(text).toContain('Counted 1 day: 2 messages');
  });

  it('changes nothing unless it is confirmed', async () => {
    await expectError(rebuild('--day', day), 4, {
      code: 'CONFIRMATION_NEEDED',
      message: `Count the billing of ${day} of all services again? Nothing was done.`,
    });
    await expectError(rebuild('--from', daysAgo(2), '--to', today, '--service', sms!.serviceId), 4, {
      message: `Count the billing of 3 days, ${daysAgo(2)} to ${today}, of service ${sms!.serviceId} again? Nothing was done.`,
    });
  });

  it('counts the others, and exits 3, when a service has messages without a rate', async () => {
    await insertRows(app, letter!, {
      createdAt: midnightDaysAgo(3),
      status: 'delivered',
      postage: 'first',
      billableUnits: 6,
    });
    const problem = expect.stringContaining(
      `Service ${letter!.serviceId}: There is no rate for letters of ${day} with 6 sheets`,
    );
    const planned = await resultOf(rebuild('--day', day, '--dry-run'), { status: 'planned' });
    expect(planned.failed).toEqual([{ day, problem }]);
    const some = await notify(rebuild('--day', day, '--yes', '--json'));
    expect({ exitCode: some.exitCode, ...some.json() }).toMatchObject({
      exitCode: 3,
      status: 'partial',
      result: { days: [{ after: two }], failed: [{ day, problem }] },
    });
    const nothing = await notify(rebuild('--day', day, '--service', letter!.serviceId, '--yes'));
    expect(nothing.exitCode).toBe(1);
    expect(nothing.stdout).toContain(`Left as it was on ${day}: Service ${letter!.serviceId}: There is no rate`);
    await app.db.query({ text: 'DELETE FROM notifications WHERE template_id = $1', values: [letter!.id] });
  });

  it('waits for nobody', async () => {
    await app.db.transaction(async (tx) => {
      await tryRebuildLock(tx);
      await expectError(rebuild('--day', day, '--yes'), 75, { code: 'LOCKED' });
    });
  });

  it.each([
    [['--day', daysAgo(-1)], `--day is '${daysAgo(-1)}': expected today (${today}) or a day before it`],
    [['--from', day, '--to', daysAgo(-1)], `--to is '${daysAgo(-1)}': expected today (${today}) or a day before it`],
    [['--from', day, '--to', daysAgo(4)], `--to is '${daysAgo(4)}': expected ${day} or a later day`],
    [['--day', 'yesterday'], `--day is 'yesterday': expected a day such as 2026-01-31`],
    [['--from', day], expect.stringContaining('--to')],
    [[], expect.stringContaining('--day')],
  ])('refuses %j', async (flags, message) => {
    await expectError(rebuild(...flags, '--yes'), 2, { code: 'USAGE_INVALID', message });
  });

  it('knows no service of another id', async () => {
    await expectError(rebuild('--day', day, '--service', randomUUID(), '--yes'), 5, { code: 'NOT_FOUND' });
  });
});

describe('billing fix-units', () => {
  it('counts fragments, and names the days whose bills change', async () => {
    await textOf(['billing', 'fix-units']).then((text) => expect(text).toBe('Counted the fragments of 0 texts\n'));
    await insertRows(app, sms!, { createdAt: midnightDaysAgo(5), status: 'technical-failure', count: 2 });
    const days = [{ day: daysAgo(5), fixed: 2 }];
    const planned = await resultOf(['billing', 'fix-units', '--dry-run'], { status: 'planned' });
    expect(planned).toEqual({ dry_run: true, fixed: 2, days, failed: [] });
    await expectError(['billing', 'fix-units'], 4, { code: 'CONFIRMATION_NEEDED' });
    const text = await textOf(['billing', 'fix-units', '--yes']);
    expect(text).toContain('Counted the fragments of 2 texts');
    expect(text).toContain(`Next: notify billing rebuild --from ${daysAgo(5)} --to ${daysAgo(5)}`);
    expect(await resultOf(['billing', 'fix-units', '--yes'])).toMatchObject({ fixed: 0 });
  });

  it('exits 1 when it could render none, 3 when not all', async () => {
    const bad = { createdAt: midnightDaysAgo(5), status: 'technical-failure' } as const;
    const id = await insertRows(app, sms!, bad);
    await app.db.query({ text: 'UPDATE notifications SET template_version = 9 WHERE id = $1', values: [id] });
    const none = await notify(['billing', 'fix-units', '--yes', '--json']);
    expect({ exitCode: none.exitCode, ...none.json() }).toMatchObject({
      exitCode: 1,
      status: 'partial',
      result: { fixed: 0, failed: [{ id, problem: `The template ${sms!.id} has no version 9` }] },
    });
    await insertRows(app, sms!, bad);
    expect((await notify(['billing', 'fix-units', '--yes'])).exitCode).toBe(3);
  });
});

describe('billing rates', () => {
  const add = (...flags: string[]): string[] => ['billing', 'rates', 'add', ...flags];
  const next = '2127-04-01';

  it('lists what holds, what begins later, and what is over', async () => {
    await resultOf(add('--type', 'sms', '--from', next, '--rate', '0.025'));
    const { rates } = await resultOf(['billing', 'rates', 'list', '--type', 'sms']);
    expect(rates).toEqual([
      { notification_type: 'sms', from: '2026-04-01', rate: 0.024 },
      { notification_type: 'sms', from: next, rate: 0.025 },
    ]);
    const letters = await resultOf(['billing', 'rates', 'list', '--type', 'letter', '--on', '2016-04-01']);
    expect(letters.rates.slice(0, 2)).toEqual([
      { notification_type: 'letter', from: '2016-04-01', sheets: 1, postage: 'second', crown: false, rate: 0.33 },
      { notification_type: 'letter', from: '2016-04-01', sheets: 1, postage: 'second', crown: true, rate: 0.3 },
    ]);
    expect((await resultOf(['billing', 'rates', 'list', '--all'])).rates.length).toBeGreaterThan(60);
    expect(await textOf(['billing', 'rates', 'list'])).toMatch(/letter +2026-04-01 +5 +second +£0\.91/);
  });

  it('adds one of letters, for all services or some', async () => {
    const flags = ['--type', 'letter', '--from', next, '--sheets', '1', '--postage', 'first', '--rate', '2.05'];
    expect(await textOf(add(...flags, '--no-crown'))).toBe(
      `From ${next} a letter of 1 sheet, first, costs £2.05 (not crown).\n`,
    );
    await expectError(add(...flags), 4, {
      code: 'CONFLICT',
      message: `There is a rate for letters from ${next} with 1 sheet, postage 'first', not crown: expected another day`,
    });
    expect(await resultOf(add(...flags, '--crown'))).toEqual({
      ...{ notification_type: 'letter', from: next, rate: 2.05, sheets: 1, postage: 'first', crown: true },
    });
  });

  it('warns of more sheets than letters have, and takes the rate', async () => {
    const flags = ['--type', 'letter', '--from', next, '--sheets', '11', '--postage', 'first', '--rate', '2.05'];
    const answer = await notify(add(...flags, '--json'));
    expect([answer.exitCode, answer.json()]).toMatchObject([
      0,
      {
        result: { sheets: 11, rate: 2.05 },
        warnings: ['Letters have 5 sheets at most: the rate is of such as were accepted otherwise'],
      },
    ]);
    await expectError([...add(...flags), '--crown', '--no-crown'], 2, {
      message: '--no-crown and --crown exclude each other',
    });
  });

  it('warns of days that are counted with another rate', async () => {
    const answer = await notify(add('--type', 'sms', '--from', '2026-05-01', '--rate', '0.024', '--json'));
    expect(answer.json().warnings).toEqual([
      `Days are counted with another rate: see 'notify billing rebuild --from 2026-05-01 --to ${today}'`,
    ]);
  });

  it.each([
    [['--type', 'sms', '--from', next, '--rate', 'much'], `--rate is 'much': expected pounds such as 0.024`],
    [['--type', 'sms', '--from', next, '--rate', '25'], '--rate is 25: expected pounds below 1, such as 0.024'],
    [
      ['--type', 'letter', '--from', next, '--rate', '1', '--sheets', '0', '--postage', 'first'],
      "--sheets is '0': expected an integer greater than or equal to 1",
    ],
    [
      ['--type', 'sms', '--from', next, '--rate', '1', '--sheets', '1'],
      '--sheets is for letters: expected none for the rate of texts',
    ],
    [
      ['--type', 'letter', '--from', next, '--rate', '1', '--sheets', '1'],
      '--postage is missing: expected it for the rate of a letter',
    ],
    [
      ['--type', 'letter', '--from', next, '--rate', '1', '--postage', 'first'],
      '--sheets is missing: expected it for the rate of a letter',
    ],
    [['--type', 'email', '--from', next, '--rate', '1'], expect.stringContaining('sms, letter')],
  ])('refuses %j', async (flags, message) => {
    await expectError(add(...flags), 2, { message });
  });

  describe('remove', () => {
    const remove = (...flags: string[]): string[] => ['billing', 'rates', 'remove', ...flags];
    const later = '2128-04-01';

    it('takes a rate of texts away once it is confirmed', async () => {
      await resultOf(add('--type', 'sms', '--from', later, '--rate', '0.25'));
      const flags = ['--type', 'sms', '--from', later];
      await expectError(remove(...flags), 4, {
        code: 'CONFIRMATION_NEEDED',
        message: `Remove the rate of texts from ${later}? Nothing was done.`,
      });
      expect(await resultOf(remove(...flags, '--yes'))).toEqual({
        rates: [{ notification_type: 'sms', from: later, rate: 0.25 }],
      });
      await expectError(remove(...flags, '--yes'), 5, {
        code: 'NOT_FOUND',
        message: `There is no rate for texts from ${later}`,
      });
    });

    it('takes rates of letters away, and says which', async () => {
      const flags = ['--type', 'letter', '--from', later, '--sheets', '2', '--postage', 'first'];
      await resultOf(add(...flags, '--rate', '20.5'));
      await expectError(remove(...flags, '--crown'), 4, {
        message: `Remove the rate of letters of 2 sheets, first (crown) from ${later}? Nothing was done.`,
      });
      const removed = `Removed: £20.50 for a letter of 2 sheets, first`;
      expect(await textOf(remove(...flags, '--crown', '--yes'))).toBe(`${removed} (crown) from ${later}.\n`);
      await resultOf(add(...flags, '--crown', '--rate', '20.5'));
      expect(await textOf(remove(...flags, '--yes'))).toBe(`${removed} from ${later}.\n`);
    });

    it('leaves what has begun', async () => {
      await expectError(remove('--type', 'sms', '--from', '2026-04-01', '--yes'), 4, { code: 'REFUSED' });
    });

    it.each([
      [['--type', 'sms', '--from', later, '--crown'], '--crown is for letters: expected none for the rate of texts'],
      [
        ['--type', 'letter', '--from', later, '--sheets', '1'],
        '--postage is missing: expected it for the rate of a letter',
      ],
    ])('refuses %j', async (flags, message) => {
      await expectError(remove(...flags, '--yes'), 2, { message });
    });
  });
});
