import { beforeEach, describe, expect, it } from 'vitest';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { countMessages, storeCounted } from '../../src/lib/limits/count-messages.ts';
import { aService, aTemplate } from '../support/builders.ts';
import type { ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow, type JobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const now = '2026-01-05T12:00:00Z';
const clock = createTestClock(now);
const api = useInternalApi({ clock });
const complete: JobRow = { status: 'finished all notifications created' };
const tooLate = 'It’s too late to cancel sending, these letters have already been sent.';

let template: Template;

beforeEach(async () => {
  clock.set(now);
  const { id } = await aService(api);
  template = await aTemplate(api, id, { templateType: 'letter' });
});

const cancel = (jobId: string): Promise<ApiAnswer> =>
  api.internal(`/service/${template.serviceId}/job/${jobId}/cancel-letter-job`, { method: 'POST' });

async function aLetterJob(statuses: readonly NotificationStatus[], row: JobRow = complete): Promise<string> {
  const jobId = await insertJobRow(api, template, { notificationCount: statuses.length, ...row });
  for (const [index, status] of statuses.entries()) {
    const id = await insertRows(api, template, { status });
    const values = [id, jobId, index];
    await api.db.query({
      text: 'UPDATE notifications SET job_id = $2, job_row_number = $3, billable_units = 2 WHERE id = $1',
      values,
    });
  }
  return jobId;
}

async function statusesOf(jobId: string): Promise<string[]> {
  const { rows } = await api.db.query<{ notification_status: string }>({
    text: 'SELECT DISTINCT notification_status FROM notifications WHERE job_id = $1 ORDER BY 1',
    values: [jobId],
  });
  return rows.map(({ notification_status: status }) => status);
}

/** Counts letters of today, as accepting them would. */
async function countLetters(number: number): Promise<void> {
  const letter = { notificationType: 'letter', keyType: 'normal', international: false, phonePrefix: null } as const;
  const message = { ...letter, serviceId: template.serviceId, createdAt: clock.now() };
  await storeCounted(api.db, (tx) =>
    countMessages(
      tx,
      Array.from({ length: number }, () => message),
    ),
  );
}

async function countedToday(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>({
    text: `SELECT count FROM daily_counts WHERE service_id = $1 AND counted = 'letter'`,
    values: [template.serviceId],
  });
  return rows[0]?.count ?? 0;
}

describe('a job of letters', () => {
  it('is cancelled with all its letters, which cost nothing and count no more', async () => {
    const jobId = await aLetterJob(['created', 'created', 'validation-failed']);
    await countLetters(10);
    const before = await countedToday();
    const answer = await cancel(jobId);
    expect([answer.status, answer.text]).toEqual([200, '3']);
    const { rows } = await api.db.query({
      text: `SELECT DISTINCT notification_status, billable_units, updated_at FROM notifications WHERE job_id = $1`,
      values: [jobId],
    });
    expect(rows).toEqual([{ notification_status: 'cancelled', billable_units: 0, updated_at: new Date(now) }]);
    const job = await api.internal(`/service/${template.serviceId}/job/${jobId}`);
    expect(job.json.data.job_status).toBe('cancelled');
    expect(await countedToday()).toBe(before - 3);
    expect((await cancel(jobId)).json).toEqual({
      message: 'We are still processing these letters, please try again in 5 minutes.',
    });
  });

  it('gives those back once that were cancelled one by one before', async () => {
    const jobId = await aLetterJob(['created', 'cancelled']);
    await countLetters(5);
    const before = await countedToday();
    expect((await cancel(jobId)).json).toBe(2);
    expect(await countedToday()).toBe(before - 1);
  });

  it('of yesterday evening gives nothing back to today', async () => {
    clock.set('2026-01-04T20:00:00Z');
    const jobId = await aLetterJob(['created']);
    clock.set(now);
    await countLetters(5);
    expect((await cancel(jobId)).json).toBe(1);
    expect(await countedToday()).toBe(5);
  });

  it('may hold letters that are not printed yet, and only such', async () => {
    const open = ['created', 'cancelled', 'virus-scan-failed', 'validation-failed', 'technical-failure'] as const;
    expect((await cancel(await aLetterJob([...open, 'pending-virus-check']))).status).toBe(200);
    for (const status of ['sending', 'delivered', 'returned-letter', 'permanent-failure'] as const) {
      const jobId = await aLetterJob(['created', status]);
      const answer = await cancel(jobId);
      expect([answer.status, answer.json]).toEqual([400, { message: tooLate }]);
      expect(await statusesOf(jobId)).toEqual(['created', status].sort());
    }
  });

  it('is not cancelled while it is being processed', async () => {
    for (const status of ['pending', 'in progress', 'finished', 'scheduled'] as const) {
      const answer = await cancel(await aLetterJob(['created'], { status }));
      expect([answer.status, answer.json]).toEqual([
        400,
        { message: 'We are still processing these letters, please try again in 5 minutes.' },
      ]);
    }
  });

  it('is not cancelled when it is with the printer', async () => {
    for (const createdAt of ['2026-01-04T12:00:00Z', '2026-01-03T20:00:00Z']) {
      const answer = await cancel(await aLetterJob(['created'], { ...complete, createdAt }));
      expect([answer.status, answer.json]).toEqual([400, { message: tooLate }]);
    }
    const jobId = await aLetterJob(['created']);
    clock.set('2026-01-05T17:30:00Z');
    expect((await cancel(jobId)).json).toEqual({ message: tooLate });
  });

  it('is one of letters', async () => {
    const sms = await aTemplate(api, template.serviceId);
    const answer = await cancel(await insertJobRow(api, sms, complete));
    expect([answer.status, answer.json]).toEqual([
      400,
      { message: 'Only letter jobs can be cancelled through this endpoint. This is not a letter job.' },
    ]);
  });
});
