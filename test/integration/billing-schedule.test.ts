import { beforeEach, describe, expect, it } from 'vitest';
import { billingSchedule, billingScheduleTasks } from '../../src/lib/billing-schedule.ts';
import { rebuildDespatchFacts } from '../../src/lib/billing/rebuild-despatch-facts.ts';
import {
  createNightlyBilling,
  updateBillingForToday,
  updatedAtKey,
} from '../../src/lib/billing/run-billing-schedule.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { clearBilling, storedBilling } from '../support/billing-facts.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useRedis } from '../support/redis.ts';
import { createTestApp, useTestApp } from '../support/test-app.ts';

const { redis, suite } = await useRedis();
const clock = createTestClock('2021-06-05T00:15:00Z');
const log = createLogCapture();
const app = useTestApp({ clock, logger: log.logger });

let [sms, letter]: Template[] = [];
beforeEach(async () => {
  clock.set('2021-06-05T00:15:00Z');
  await clearBilling(app);
  const { id } = await aService(app);
  sms = await aTemplate(app, id);
  letter = await aTemplate(app, id, { templateType: 'letter' });
});

const text = (createdAt: string): Promise<string> =>
  insertRows(app, sms!, { createdAt, status: 'delivered', sentBy: 'mmg', billableUnits: 1 });
const aLetter = (more: NotificationRow = {}): Promise<string> =>
  insertRows(app, letter!, { status: 'delivered', postage: 'second', billableUnits: 1, ...more });

async function countedDays(): Promise<string[]> {
  return (await storedBilling(app)).map((fact) => fact.split(' ')[0]!);
}

describe('a night', () => {
  it('counts the ten days before today', async () => {
    for (const day of ['2021-05-25', '2021-05-26', '2021-06-04', '2021-06-05']) await text(`${day}T12:00:00Z`);
    await createNightlyBilling(app);
    expect(await countedDays()).toEqual(['2021-05-26', '2021-06-04']);
  });

  it('makes up for nights that were missed, and for the rest of the day on which nobody counted any more', async () => {
    clock.set('2021-05-20T08:00:00Z');
    await updateBillingForToday(app);
    for (const day of ['2021-05-19', '2021-05-20', '2021-05-21']) await text(`${day}T12:00:00Z`);
    clock.set('2021-06-05T00:15:00Z');
    await createNightlyBilling(app);
    expect(await countedDays()).toEqual(['2021-05-20', '2021-05-21']);
  });

  it('goes on after an interruption with the day that was not counted', async () => {
    clock.set('2021-05-20T08:00:00Z');
    await updateBillingForToday(app);
    clock.set('2021-06-05T00:15:00Z');
    await expect(createNightlyBilling(app, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await text('2021-05-20T12:00:00Z');
    await createNightlyBilling(app);
    expect(await countedDays()).toEqual(['2021-05-20']);
  });

  it('raises one alert for all that has no rate', async () => {
    await aLetter({ createdAt: '2021-06-03T12:00:00Z', billableUnits: 8 });
    await aLetter({ createdAt: '2021-06-04T12:00:00Z', billableUnits: 9 });
    await text('2021-06-01T12:00:00Z');
    await createNightlyBilling(app);
    expect(await countedDays()).toEqual(['2021-06-01']);
    const alerts = log.lines('error').filter(({ alert }) => alert === 'billing-rate-missing');
    expect(alerts).toEqual([
      expect.objectContaining({
        command: 'notify billing rates list --on 2021-06-03',
        count: 2,
        msg: expect.stringContaining(
          `2 kinds of messages are not counted for billing. Service ${letter!.serviceId}: There is`,
        ),
      }),
    ]);
  });

  it('comes at the times of the sheet', () => {
    expect(scheduledTasks).toEqual(expect.arrayContaining([...billingSchedule]));
    expect(billingSchedule.map(({ task, queue, cron }) => `${task} ${cron} ${queue}`)).toEqual([
      'create-nightly-billing 15 0 * * * reporting',
      'update-ft-billing-for-today 0 * * * * reporting',
      'run-populate-annual-billing 1 2 1 4 * periodic',
    ]);
    expect(billingScheduleTasks(app).map(({ name }) => name)).toEqual(billingSchedule.map(({ task }) => task));
  });
});

describe('an hour', () => {
  it('counts today, which in London may have begun already', async () => {
    clock.set('2021-06-04T23:30:00Z');
    await text('2021-06-04T22:59:00Z');
    await text('2021-06-04T23:10:00Z');
    await updateBillingForToday(app);
    expect(await countedDays()).toEqual(['2021-06-05']);
  });

  suite('with Redis', () => {
    it('says when it was', async () => {
      const other = await createTestApp({ clock, config: { redisUrl: redis.url }, databaseUrl: app.databaseUrl });
      try {
        // Connects.
        await other.redis!.required.call('PING');
        await expect
          .poll(async () => {
            await updateBillingForToday(other);
            return other.redis!.required.call('GET', updatedAtKey);
          })
          .toBe('2021-06-05T00:15:00.000+00:00');
        expect(await other.redis!.required.call('TTL', updatedAtKey)).toBe(-1);
      } finally {
        await other.close();
      }
    });
  });
});

describe('letters by the day of their despatch', () => {
  const day = '2021-06-03';

  async function despatch(id: string, threshold: 'sorted' | 'unsorted', despatchedOn = day): Promise<void> {
    await app.db.query({
      text: `INSERT INTO notifications_letter_despatch (notification_id, despatched_on, cost_threshold) VALUES ($1, $2::date, $3)
        ON CONFLICT (notification_id) DO UPDATE SET despatched_on = excluded.despatched_on, cost_threshold = excluded.cost_threshold`,
      values: [id, despatchedOn, threshold],
    });
  }

  async function stored(): Promise<string[]> {
    const { rows } = await app.db.query<{
      fact: string;
    }>(`SELECT concat_ws(' ', bst_date, postage, cost_threshold, rate::float,
        billable_units || ':', notifications_sent) AS fact FROM ft_billing_letter_despatch ORDER BY 1`);
    return rows.map(({ fact }) => fact);
  }

  it('are counted by postage, sheets and price of postage, in the night', async () => {
    for (const [threshold, more] of [
      ['sorted', {}],
      ['sorted', { createdAt: '2021-05-01T12:00:00Z' }],
      ['unsorted', {}],
      ['unsorted', { billableUnits: 5 }],
      ['unsorted', { postage: 'europe', international: true, billableUnits: 2 }],
      ['sorted', { billableUnits: 0 }],
    ] as const) {
      await despatch(await aLetter(more), threshold);
    }
    const archived = await aLetter({ createdAt: '2021-05-01T12:00:00Z' });
    await moveRowsToHistory(app, [archived]);
    await despatch(archived, 'sorted');
    await despatch(app.ids.uuid(), 'sorted');
    await despatch(await aLetter(), 'sorted', '2021-05-25');
    // The rates of the Crown are those of all despatched letters.
    await app.db.query({ text: 'UPDATE services SET crown = false WHERE id = $1', values: [letter!.serviceId] });
    await createNightlyBilling(app);
    expect(await stored()).toEqual([
      `${day} europe unsorted 0.97 2: 1`,
      `${day} second sorted 0 0: 1`,
      `${day} second sorted 0.39 1: 3`,
      `${day} second unsorted 0.39 1: 1`,
      `${day} second unsorted 0.59 5: 1`,
    ]);
  });

  it('are counted again after a later word of the printer', async () => {
    const id = await aLetter();
    await despatch(id, 'sorted');
    await despatch(await aLetter(), 'sorted');
    expect(await rebuildDespatchFacts(app, { day })).toMatchObject({ before: 0, after: 2 });
    await despatch(id, 'unsorted', '2021-06-04');
    expect(await rebuildDespatchFacts(app, { day, dryRun: true })).toMatchObject({ before: 2, after: 1 });
    await createNightlyBilling(app);
    expect(await stored()).toEqual([`${day} second sorted 0.39 1: 1`, '2021-06-04 second unsorted 0.39 1: 1']);
  });

  it('keep the facts of a day that has letters without a rate', async () => {
    await despatch(await aLetter(), 'sorted');
    await createNightlyBilling(app);
    await despatch(await aLetter({ postage: 'economy' }), 'unsorted');
    const unpriced = [{ sheets: 1, postage: 'economy', letters: 1 }];
    expect(await rebuildDespatchFacts(app, { day })).toMatchObject({ unpriced });
    expect(await stored()).toEqual([`${day} second sorted 0.39 1: 1`]);
  });
});
