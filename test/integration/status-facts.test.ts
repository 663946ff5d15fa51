import { beforeEach, describe, expect, it } from 'vitest';
import { statisticsSchedule } from '../../src/lib/statistics-schedule.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import { measureProcessingTime } from '../../src/lib/statistics/measure-processing-time.ts';
import { fastPercentage } from '../../src/lib/statistics/processing-time.ts';
import { createNightlyFacts, rebuildStatusFacts } from '../../src/lib/statistics/rebuild-status-facts.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertJobRow } from '../server/job-rows.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { countDays, insertFacts } from '../support/facts.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2021-06-05T00:30:00Z');
const app = useTestApp({ clock });
const noJob = '00000000-0000-0000-0000-000000000000';

let sms: Template;
beforeEach(async () => {
  clock.set('2021-06-05T00:30:00Z');
  await app.db.query(
    'TRUNCATE notifications, notification_history, ft_notification_status, ft_notification_status_runs',
  );
  sms = await aTemplate(app, (await aService(app)).id);
});

const row = (createdAt: string, more: NotificationRow = {}, template = sms): Promise<string> =>
  insertRows(app, template, { createdAt, ...more });

/** `day type job key status count` */
async function storedFacts(): Promise<string[]> {
  const { rows } = await app.db.query<{ fact: string }>(`SELECT concat_ws(' ', bst_date, notification_type,
      CASE WHEN job_id = '${noJob}' THEN '-' ELSE 'job' END, key_type, notification_status, notification_count) AS fact
    FROM ft_notification_status ORDER BY 1`);
  return rows.map(({ fact }) => fact);
}

async function storedRuns(): Promise<string[]> {
  const { rows } = await app.db.query<{ run: string }>(`SELECT concat_ws(' ', notification_type, min(bst_date),
      max(bst_date), count(*)) AS run FROM ft_notification_status_runs GROUP BY notification_type ORDER BY 1`);
  return rows.map(({ run }) => run);
}

const day = '2021-06-04';
const rebuild = (days = [{ day, type: 'sms' as const }], serviceId: string | null = null): Promise<unknown> =>
  rebuildStatusFacts(app, { days, serviceId });

describe('the facts of a day', () => {
  it('count both tables by job, kind of key and status, in London days, without test keys', async () => {
    const jobId = await insertJobRow(app, sms);
    await row('2021-06-03T22:59:59.999Z', { status: 'failed' });
    await row('2021-06-03T23:00:00Z', { status: 'delivered', count: 2 });
    await row('2021-06-04T22:59:59.999Z', { status: 'delivered', jobId, count: 3 });
    await row('2021-06-04T23:00:00Z', { status: 'failed' });
    await row('2021-06-04T12:00:00Z', { keyType: 'test' });
    await row('2021-06-04T12:00:00Z', { keyType: 'team', status: 'sending' });
    await row('2021-06-04T12:00:00Z', { id: await anArchived({ status: 'created' }), status: 'delivered' });
    await anArchived({ status: 'technical-failure' });
    await rebuild();
    expect(await storedFacts()).toEqual([
      `${day} sms - normal delivered 3`,
      `${day} sms - normal technical-failure 1`,
      `${day} sms - team sending 1`,
      `${day} sms job normal delivered 3`,
    ]);
  });

  it('take the place of what was counted before, of that day, type and service only', async () => {
    const email = await aTemplate(app, sms.serviceId, { templateType: 'email' });
    const other = await aTemplate(app, (await aService(app)).id);
    for (const template of [sms, email, other]) {
      await insertFacts(app, template, { day, status: 'created', count: 9 });
    }
    await insertFacts(app, sms, { day: '2021-06-03', status: 'created', count: 9 });
    await row('2021-06-04T12:00:00Z', { status: 'delivered' });
    await row('2021-06-04T12:00:00Z', { status: 'delivered' }, other);
    const of = async (): Promise<unknown> =>
      rebuildStatusFacts(app, { days: [{ day, type: 'sms' }], serviceId: sms.serviceId });
    expect(await of()).toEqual([{ day, type: 'sms', services: 1, before: 9, notifications: 1 }]);
    expect(await storedFacts()).toEqual([
      '2021-06-03 sms - normal created 9',
      `${day} email - normal created 9`,
      `${day} sms - normal created 9`,
      `${day} sms - normal delivered 1`,
    ]);
    expect(await storedRuns()).toEqual([]);
    expect(await of()).toMatchObject([{ before: 1, notifications: 1 }]);
  });

  it('of which nothing is left are deleted', async () => {
    await insertFacts(app, sms, { day, status: 'created', count: 9 });
    await rebuild();
    expect(await storedFacts()).toEqual([]);
  });

  it('are left as they are by a dry run', async () => {
    await insertFacts(app, sms, { day, status: 'created', count: 9 });
    await row('2021-06-04T12:00:00Z', { count: 2 });
    const compared = await rebuildStatusFacts(app, { days: [{ day, type: 'sms' }], serviceId: null, dryRun: true });
    expect(compared).toEqual([{ day, type: 'sms', services: 1, before: 9, notifications: 2 }]);
    expect([await storedFacts(), await storedRuns()]).toEqual([[`${day} sms - normal created 9`], []]);
  });

  it('are the same when several count them at once', async () => {
    await row('2021-06-04T12:00:00Z', { status: 'delivered', count: 5 });
    await Promise.all(Array.from({ length: 6 }, () => rebuild()));
    expect(await storedFacts()).toEqual([`${day} sms - normal delivered 5`]);
  });

  it('are refused of a day that is not over, and of no service', async () => {
    await expect(rebuild([{ day: '2021-06-05', type: 'sms' }])).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(rebuild(undefined, app.ids.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  async function anArchived(more: NotificationRow): Promise<string> {
    const id = await row('2021-06-04T12:00:00Z', more);
    await moveRowsToHistory(app, [id]);
    return id;
  }
});

describe('a night', () => {
  it('counts four days, ten of letters, and notes that it did', async () => {
    const letter = await aTemplate(app, sms.serviceId, { templateType: 'letter' });
    await row('2021-06-01T12:00:00Z');
    await row('2021-05-31T12:00:00Z');
    await row('2021-05-26T12:00:00Z', {}, letter);
    await row('2021-05-25T12:00:00Z', {}, letter);
    await createNightlyFacts(app);
    expect(await storedFacts()).toEqual(['2021-05-26 letter - normal created 1', '2021-06-01 sms - normal created 1']);
    expect(await storedRuns()).toEqual([
      'email 2021-06-01 2021-06-04 4',
      'letter 2021-05-26 2021-06-04 10',
      'sms 2021-06-01 2021-06-04 4',
    ]);
  });

  it('makes up for nights that were missed', async () => {
    await countDays(app, '2021-05-20', '2021-05-20');
    await row('2021-05-21T12:00:00Z');
    await createNightlyFacts(app);
    expect(await storedFacts()).toEqual(['2021-05-21 sms - normal created 1']);
    expect((await storedRuns())[2]).toBe('sms 2021-05-20 2021-06-04 16');
  });

  it('stops between services with its worker, and has noted nothing of that day', async () => {
    await row('2021-06-04T12:00:00Z');
    await expect(createNightlyFacts(app, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await storedRuns()).toEqual(['email 2021-06-01 2021-06-04 4']);
  });

  it('comes at the times of the sheet', () => {
    expect(scheduledTasks).toEqual(expect.arrayContaining([...statisticsSchedule]));
    expect(Object.fromEntries(statisticsSchedule.map(({ task, queue, cron }) => [task, `${cron} ${queue}`]))).toEqual({
      'archive-unsubscribe-requests': '5 0 * * * reporting',
      'create-nightly-notification-status': '30 0 * * * reporting',
      'archive-old-history': '35 1 * * * reporting',
      'delete-inbound-sms': '40 1 * * * periodic',
      'save-daily-notification-processing-time': '0 2 * * * periodic',
      'delete-notifications-older-than-retention': '0 3 * * * reporting',
    });
  });
});

describe('processing time', () => {
  const fromApi = async (createdAt: string, sentAt: string | null, more: NotificationRow = {}, template = sms) => {
    const id = await row(createdAt, { sentAt, ...more }, template);
    await app.db.query({ text: 'UPDATE notifications SET api_key_id = $1 WHERE id = $1', values: [id] });
    return id;
  };

  it('is of texts and emails of the API that were handed on within ten seconds', async () => {
    const letter = await aTemplate(app, sms.serviceId, { templateType: 'letter' });
    await fromApi('2021-06-03T23:00:00Z', '2021-06-03T23:00:10Z');
    await fromApi('2021-06-04T12:00:00Z', '2021-06-04T12:00:10.001Z');
    await fromApi('2021-06-04T12:00:00Z', null);
    await moveRowsToHistory(app, [await fromApi('2021-06-04T12:00:00Z', '2021-06-04T12:00:01Z')]);
    await fromApi('2021-06-04T23:00:00Z', '2021-06-04T23:00:01Z');
    await fromApi('2021-06-04T12:00:00Z', '2021-06-04T12:00:01Z', { keyType: 'test' });
    await fromApi('2021-06-04T12:00:00Z', '2021-06-04T12:00:01Z', {}, letter);
    await row('2021-06-04T12:00:00Z', { sentAt: '2021-06-04T12:00:01Z' });
    const measured = await measureProcessingTime(app);
    expect(measured).toEqual({ day, messagesTotal: 4, messagesWithin10Secs: 2 });
    expect(fastPercentage(measured)).toBe(50);
    await fromApi('2021-06-04T12:00:00Z', null);
    await measureProcessingTime(app, { day });
    const { rows } = await app.db.query(`SELECT bst_date::text AS day, messages_total AS total,
      messages_within_10_secs AS fast FROM ft_processing_time`);
    expect(rows).toEqual([{ day, total: 5, fast: 2 }]);
  });

  it('is good on a day without messages', () => {
    expect(fastPercentage({ day, messagesTotal: 0, messagesWithin10Secs: 0 })).toBe(100);
  });
});
