import { beforeEach, describe, expect, it } from 'vitest';
import { billableStatuses } from '../../src/lib/billing/billing-fact.ts';
import { addLetterRate, addSmsRate } from '../../src/lib/billing/add-rate.ts';
import { tryRebuildLock } from '../../src/lib/billing/billing-fact-repository.ts';
import { countBilling, rebuildBillingFacts, recomputeToday } from '../../src/lib/billing/rebuild-billing-facts.ts';
import { addDays } from '../../src/lib/core/london-time.ts';
import { notificationStatuses } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { clearBilling, storedBilling } from '../support/billing-facts.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2021-06-05T00:15:00Z');
const app = useTestApp({ clock });
const day = '2021-06-04';
const noon = '2021-06-04T12:00:00Z';

let [sms, email, letter]: Template[] = [];
beforeEach(async () => {
  clock.set('2021-06-05T00:15:00Z');
  await clearBilling(app);
  const { id } = await aService(app);
  sms = await aTemplate(app, id);
  email = await aTemplate(app, id, { templateType: 'email' });
  letter = await aTemplate(app, id, { templateType: 'letter' });
});

const row = (template: Template, more: NotificationRow = {}): Promise<string> =>
  insertRows(app, template, { createdAt: noon, status: 'delivered', ...more });
const text = (more: NotificationRow = {}): Promise<string> => row(sms!, { sentBy: 'mmg', billableUnits: 1, ...more });
const aLetter = (more: NotificationRow = {}): Promise<string> =>
  row(letter!, { postage: 'second', billableUnits: 1, ...more });
const count = (days: readonly string[] = [day], serviceId: string | null = null) =>
  countBilling(app, { days, serviceId });

/** What is in the facts after a count. */
async function counted(days?: readonly string[]): Promise<string[]> {
  await count(days);
  return storedBilling(app);
}

describe('the billing facts of a day', () => {
  it('are of London days, of both tables, without test keys', async () => {
    await text({ createdAt: '2021-06-03T22:59:59.999Z', billableUnits: 7 });
    await text({ createdAt: '2021-06-03T23:00:00Z', count: 2 });
    await text({ createdAt: '2021-06-04T22:59:59.999Z', billableUnits: 3, keyType: 'team' });
    await text({ createdAt: '2021-06-04T23:00:00Z', billableUnits: 7 });
    await text({ keyType: 'test' });
    await moveRowsToHistory(app, [await text({ billableUnits: 2 })]);
    expect(await counted()).toEqual([`${day} sms mmg ×1 0.016 none: 4, 7`]);
  });

  it.each(['sms', 'email', 'letter'] as const)(
    'are of the statuses in which a message of type %s is paid',
    async (type) => {
      const template = { sms: sms!, email: email!, letter: letter! }[type];
      for (const status of notificationStatuses) {
        await row(template, { status, sentBy: status, postage: 'second', billableUnits: 1, rateMultiplier: 1 });
      }
      await count();
      const { rows } = await app.db.query<{ sent: number }>('SELECT sum(notifications_sent) AS sent FROM ft_billing');
      const expected = {
        sms: ['sending', 'sent', 'delivered', 'pending', 'temporary-failure', 'permanent-failure'],
        letter: ['sending', 'delivered', 'returned-letter'],
        email: ['sending', 'delivered', 'temporary-failure', 'permanent-failure'],
      }[type];
      expect(billableStatuses[type]).toEqual(expected);
      expect(rows[0]!.sent).toBe(expected.length);
      const providers = (await storedBilling(app)).map((fact) => fact.split(' ')[2]);
      expect(providers).toEqual(type === 'sms' ? expected.toSorted() : [type === 'email' ? 'ses' : 'dvla']);
    },
  );

  it.each<[string, () => Promise<string>, string]>([
    [
      'emails cost nothing',
      () => row(email!, { sentBy: 'smtp', billableUnits: 3, count: 2 }),
      'email ses ×0 0 none: 2, 0',
    ],
    ['texts without a provider', () => text({ sentBy: null }), 'sms unknown ×1 0.016 none: 1, 1'],
    [
      'texts abroad',
      () => text({ international: true, rateMultiplier: 10, billableUnits: 2 }),
      'sms mmg ×10 abroad 0.016 none: 1, 2',
    ],
    ['letters', () => aLetter({ billableUnits: 5, sentBy: 'x', count: 2 }), 'letter dvla ×1 0.59 second: 2, 10'],
    [
      'letters abroad',
      () => aLetter({ international: true, postage: 'rest-of-world', billableUnits: 2 }),
      'letter dvla ×1 abroad 0.97 rest-of-world: 1, 2',
    ],
    [
      'letters that say of themselves that they are not abroad',
      () => aLetter({ international: false, postage: 'europe' }),
      'letter dvla ×1 0.89 europe: 1, 1',
    ],
    ['letters without sheets', () => aLetter({ billableUnits: 0, postage: null }), 'letter dvla ×1 0 none: 1, 0'],
  ])('have the columns of the sheet: %s', async (_, insert, expected) => {
    await insert();
    expect(await counted()).toEqual([`${day} ${expected}`]);
  });

  it('put versions of a template together, and keep templates and services apart', async () => {
    await text();
    const { template } = await updateTemplate(app, { templateId: sms!.id, content: 'Another text' });
    await row(template, { sentBy: 'mmg', billableUnits: 2 });
    const other = await aTemplate(app, sms!.serviceId);
    await row(other, { sentBy: 'mmg', billableUnits: 4 });
    const foreign = await aTemplate(app, (await aService(app)).id);
    await row(foreign, { sentBy: 'mmg', billableUnits: 8 });
    expect((await counted()).map((fact) => fact.split(': ')[1])).toEqual(['1, 4', '1, 8', '2, 3']);
  });

  it('count what is in both tables once, as it is in notifications', async () => {
    const both = async (archived: NotificationRow, live: NotificationRow): Promise<void> => {
      const id = await text(archived);
      await moveRowsToHistory(app, [id]);
      await text({ ...live, id });
    };
    await both({ status: 'sending', billableUnits: 1 }, { status: 'delivered', billableUnits: 2 });
    await both({ status: 'created' }, { status: 'sending', billableUnits: 4 });
    await both({ status: 'delivered', billableUnits: 8 }, { status: 'technical-failure' });
    expect(await counted()).toEqual([`${day} sms mmg ×1 0.016 none: 2, 6`]);
  });

  it('hold letters of different sheets and one rate in one row', async () => {
    for (const sheets of [4, 5]) {
      await addLetterRate(app, { from: '2021-06-01', sheets, postage: 'economy', crown: null, rate: '0.99' });
      await aLetter({ postage: 'economy', billableUnits: sheets, count: 2 });
    }
    expect(await counted()).toEqual([`${day} letter dvla ×1 0.99 economy: 4, 18`]);
  });

  it('forget keys that nothing has any more', async () => {
    const corrected = await text({ sentBy: null });
    const unpaid = await text({ sentBy: 'firetext', status: 'sending' });
    const gone = await row(email!);
    await count();
    const set = (assignment: string, id: string): Promise<unknown> =>
      app.db.query({ text: `UPDATE notifications SET ${assignment} WHERE id = $1`, values: [id] });
    await set(`sent_by = 'mmg'`, corrected);
    await set(`notification_status = 'technical-failure'`, unpaid);
    await set(`key_type = 'test'`, gone);
    expect(await counted()).toEqual([`${day} sms mmg ×1 0.016 none: 1, 1`]);
  });

  it('follow a rate that is entered late', async () => {
    await text();
    await count();
    await addSmsRate(app, { from: day, rate: '0.5' });
    expect(await counted()).toEqual([`${day} sms mmg ×1 0.5 none: 1, 1`]);
    await app.db.query(`DELETE FROM rates WHERE rate = 0.5`);
  });

  it('leave other days and, of one service, other services', async () => {
    const foreign = await aTemplate(app, (await aService(app)).id);
    for (const template of [sms!, foreign]) {
      await row(template, { sentBy: 'mmg', billableUnits: 1 });
      await row(template, { sentBy: 'mmg', billableUnits: 1, createdAt: '2021-06-03T12:00:00Z' });
    }
    await count(['2021-06-03', day]);
    await app.db.query('DELETE FROM notifications');
    const [rebuilt] = await count([day], sms!.serviceId);
    const one = { messages: 1, units: 1, cost: 0.016 };
    const none = { messages: 0, units: 0, cost: 0 };
    expect(rebuilt).toEqual({ day, before: one, after: none, unpriced: [], despatch: null });
    expect(await storedBilling(app)).toEqual([
      '2021-06-03 sms mmg ×1 0.016 none: 1, 1',
      '2021-06-03 sms mmg ×1 0.016 none: 1, 1',
      `${day} sms mmg ×1 0.016 none: 1, 1`,
    ]);
  });

  it('come to messages, units and pounds', async () => {
    await text({ rateMultiplier: 3, billableUnits: 2, count: 2 });
    await aLetter({ billableUnits: 5, count: 3 });
    await row(email!);
    const [rebuilt] = await count();
    expect(rebuilt!.after).toEqual({ messages: 6, units: 4 + 15, cost: 12 * 0.016 + 3 * 0.59 });
  });

  it('are only compared in a dry run', async () => {
    await text({ count: 2 });
    const compare = () => countBilling(app, { days: [day], serviceId: null, dryRun: true });
    const none = { messages: 0, units: 0, cost: 0 };
    expect(await compare()).toMatchObject([{ before: none, after: { messages: 2, units: 2, cost: 0.032 } }]);
    expect(await storedBilling(app)).toEqual([]);
    await count();
    await text();
    expect(await compare()).toMatchObject([{ before: { messages: 2 }, after: { messages: 3 } }]);
    const { rows } = await app.db.query('SELECT bst_date::text AS day FROM ft_billing_runs');
    expect(rows).toEqual([{ day }]);
  });

  it('are refused of a day whose history is archived', async () => {
    await text();
    await count();
    await app.db.query(`INSERT INTO notification_history_archives (bst_date, part, key, rows, bytes, sha256, stored_at)
      VALUES ('${day}', 1, 'a', 1, 1, 'x', now())`);
    await app.db.query('DELETE FROM notifications');
    await expect(count([addDays(day, -1), addDays(day, 1), day])).rejects.toMatchObject({ code: 'REFUSED' });
    await count([addDays(day, 1)]);
    expect(await storedBilling(app)).toEqual([`${day} sms mmg ×1 0.016 none: 1, 1`]);
    await app.db.query('TRUNCATE notification_history_archives');
  });

  it('are refused of a day that has not begun, and of no service', async () => {
    await expect(count(['2021-06-06'])).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: 'The day 2021-06-06 has not begun: expected today (2021-06-05) or a day before it',
    });
    await expect(count([day], app.ids.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('messages without a rate', () => {
  it('leave the facts of their service as they were, and no others', async () => {
    const foreign = await aTemplate(app, (await aService(app)).id);
    await text();
    await count();
    clock.set('2021-06-05T01:00:00Z');
    await text();
    await row(foreign, { sentBy: 'firetext', billableUnits: 1 });
    await aLetter({ postage: 'economy', billableUnits: 2, count: 3 });
    await aLetter({ postage: null });
    const [rebuilt] = await count();
    expect(rebuilt!.unpriced).toEqual([
      { serviceId: sms!.serviceId, type: 'letter', units: 1, postage: 'none', crown: true, messages: 1 },
      { serviceId: sms!.serviceId, type: 'letter', units: 2, postage: 'economy', crown: true, messages: 3 },
    ]);
    expect(rebuilt!.after.messages).toBe(1);
    expect(await storedBilling(app)).toEqual([
      `${day} sms firetext ×1 0.016 none: 1, 1`,
      `${day} sms mmg ×1 0.016 none: 1, 1`,
    ]);
    const { rows } = await app.db.query('SELECT completed_at AS at FROM ft_billing_runs');
    expect(rows).toEqual([{ at: new Date('2021-06-05T00:15:00Z') }]);
    const [planned] = await countBilling(app, { days: [day], serviceId: null, dryRun: true });
    expect(planned!.unpriced).toEqual(rebuilt!.unpriced);
  });

  it('leave a whole day that lies before the first rate of texts', async () => {
    await text({ createdAt: '2016-05-17T12:00:00Z' });
    await row(email!, { createdAt: '2016-05-17T12:00:00Z' });
    const [rebuilt] = await count(['2016-05-17']);
    expect(rebuilt!.unpriced).toMatchObject([{ type: 'sms', messages: 1 }]);
    expect(await storedBilling(app)).toEqual([]);
  });

  it('are an error of who asks for today', async () => {
    clock.set(noon);
    await aLetter({ billableUnits: 9 });
    const { serviceId } = letter!;
    await expect(recomputeToday(app, { serviceId, types: ['letter'] })).rejects.toMatchObject({
      code: 'RATE_MISSING',
      message: `There is no rate for letters of ${day} with 9 sheets, postage 'second', crown: expected one from 2021-06-03T23:00:00.000000Z or earlier`,
    });
    await recomputeToday(app, { serviceId, types: ['sms', 'email'] });
  });
});

describe('the crown flag of a service', () => {
  // Rates of crown and other services differed in the first years only.
  it.each([
    [true, 0.33],
    [null, 0.33],
    [false, 0.39],
  ])('%s means %d pounds for two sheets', async (crown, rate) => {
    await app.db.query({ text: 'UPDATE services SET crown = $2 WHERE id = $1', values: [letter!.serviceId, crown] });
    await aLetter({ createdAt: '2017-01-01T12:00:00Z', billableUnits: 2 });
    expect(await counted(['2017-01-01'])).toEqual([`2017-01-01 letter dvla ×1 ${rate} second: 1, 2`]);
  });
});

describe('today, for who looks at usage', () => {
  it('is counted for one service and the types that it may send', async () => {
    clock.set(noon);
    const foreign = await aTemplate(app, (await aService(app)).id);
    await text();
    await row(email!);
    await row(foreign, { sentBy: 'mmg', billableUnits: 1 });
    await recomputeToday(app, { serviceId: sms!.serviceId, types: ['sms', 'letter'] });
    expect(await storedBilling(app)).toEqual([`${day} sms mmg ×1 0.016 none: 1, 1`]);
    await recomputeToday(app, { serviceId: sms!.serviceId, types: ['email'] });
    await recomputeToday(app, { serviceId: sms!.serviceId, types: [] });
    expect(await storedBilling(app)).toEqual([
      `${day} email ses ×0 0 none: 1, 0`,
      `${day} sms mmg ×1 0.016 none: 1, 1`,
    ]);
  });
});

describe('several at once', () => {
  it('who count the same day come to the same', async () => {
    clock.set(noon);
    await text({ count: 5 });
    const { serviceId } = sms!;
    await Promise.all([
      count(),
      recomputeToday(app, { serviceId, types: ['sms'] }),
      count([day], serviceId),
      recomputeToday(app, { serviceId, types: ['sms', 'email'] }),
      count(),
    ]);
    expect(await storedBilling(app)).toEqual([`${day} sms mmg ×1 0.016 none: 5, 5`]);
  });

  it('a count while messages come, end and are archived loses none of those that were there', async () => {
    const ids = [];
    for (let index = 0; index < 40; index += 1) ids.push(await text({ status: 'sending' }));
    let isOver = false;
    const traffic = (async () => {
      for (let index = 0; index < ids.length; index += 1) {
        const values = [ids[index]];
        await app.db.query({
          text: `UPDATE notifications SET notification_status = 'delivered' WHERE id = $1`,
          values,
        });
        if (index % 2 === 0) await moveRowsToHistory(app, [ids[index]!]);
        await text();
      }
      isOver = true;
    })();
    const seen: number[] = [];
    while (!isOver) seen.push((await count())[0]!.after.messages);
    await traffic;
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[0]).toBeGreaterThanOrEqual(40);
    expect(await counted()).toEqual([`${day} sms mmg ×1 0.016 none: 80, 80`]);
  });

  it('only one operator rebuilds', async () => {
    const input = { days: [day], serviceId: null };
    await app.db.transaction(async (tx) => {
      expect(await tryRebuildLock(tx)).toBe(true);
      await expect(rebuildBillingFacts(app, input)).rejects.toMatchObject({ code: 'LOCKED' });
      await rebuildBillingFacts(app, { ...input, dryRun: true });
      await count();
    });
    expect(await rebuildBillingFacts(app, input)).toMatchObject([{ day }]);
  });

  it('stops between days, and has counted those before', async () => {
    const stop = new AbortController();
    const days = [addDays(day, -1), day];
    const work = countBilling(app, {
      days,
      serviceId: null,
      signal: stop.signal,
      onProgress: (done) => done === 1 && stop.abort(),
    });
    await expect(work).rejects.toThrow(/abort/i);
    const { rows } = await app.db.query('SELECT bst_date::text AS day FROM ft_billing_runs');
    expect(rows).toEqual([{ day: days[0] }]);
  });
});
