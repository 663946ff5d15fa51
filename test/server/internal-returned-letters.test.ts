/** What a dashboard shows of letters that came back, and of people who unsubscribed (admin API sheet §4.12 and §4.16). */
import { beforeEach, describe, expect, it } from 'vitest';
import { recordReturnedLetters } from '../../src/lib/print-runs/record-returned-letters.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { createUser } from '../../src/lib/users/create-user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow } from './job-rows.ts';
import { insertRows, type NotificationRow } from './notification-rows.ts';

const api = useInternalApi();
let template: Template;
let count = 0;
beforeEach(async () => {
  template = await aTemplate(api, (await aService(api)).id, { templateType: 'letter' });
});

const get = (path: string): Promise<ApiAnswer> => api.internal(`/service/${template.serviceId}${path}`);
const set = (id: string, changes: string, ...values: unknown[]): Promise<unknown> =>
  api.db.query({ text: `UPDATE notifications SET ${changes} WHERE id = $1`, values: [id, ...values] });

/** A letter that came back; reported today, unless on a day before. */
async function aReturnedLetter(row: NotificationRow = {}, reportedAt?: string): Promise<string> {
  const reference = `REF${String((count += 1)).padStart(13, '0')}`;
  const id = await insertRows(api, template, { status: 'delivered', ...row });
  await set(id, 'reference = $2', reference);
  await recordReturnedLetters(api, { references: [reference] });
  if (reportedAt !== undefined) {
    await api.db.query({
      text: 'UPDATE returned_letters SET reported_at = $2 WHERE notification_id = $1',
      values: [id, reportedAt],
    });
  }
  return id;
}

const dayBefore = (days: number): string =>
  new Date(api.clock.now().getTime() - days * 86_400_000).toISOString().slice(0, 10);

describe('returned letters', () => {
  it('are counted for seven days and today; the newest report is told however old', async () => {
    expect((await get('/returned-letter-statistics')).json).toEqual({
      returned_letter_count: 0,
      most_recent_report: null,
    });
    await aReturnedLetter({}, dayBefore(8));
    const newest = (day: string): string => `${day} 00:00:00.000000`;
    expect((await get('/returned-letter-statistics')).json).toEqual({
      returned_letter_count: 0,
      most_recent_report: newest(dayBefore(8)),
    });
    await aReturnedLetter({}, dayBefore(7));
    await aReturnedLetter({}, dayBefore(1));
    expect((await get('/returned-letter-statistics')).json).toEqual({
      returned_letter_count: 2,
      most_recent_report: newest(dayBefore(1)),
    });
  });

  it('are counted by the day of their report, the newest first', async () => {
    expect((await get('/returned-letter-summary')).json).toEqual([]);
    for (const days of [3, 9, 3]) await aReturnedLetter({}, dayBefore(days));
    expect((await get('/returned-letter-summary')).json).toEqual([
      { returned_letter_count: 2, reported_at: dayBefore(3) },
      { returned_letter_count: 1, reported_at: dayBefore(9) },
    ]);
  });

  it('of a day are listed, the newest first, with where they came from', async () => {
    const userId = (await createUser(api, { name: 'Ann', emailAddress: 'ann@example.com', mobileNumber: null })).id;
    const { apiKey } = await anApiKey(api, template.serviceId);
    const jobId = await insertJobRow(api, template, {});
    const fromApi = await aReturnedLetter({ reference: 'mine', createdAt: '2026-01-01T10:00:00Z' });
    await set(fromApi, 'api_key_id = $2', apiKey.id);
    const ofJob = await aReturnedLetter({ jobId, createdById: userId, createdAt: '2026-01-03T10:00:00Z' });
    const ofFile = await aReturnedLetter({
      createdById: userId,
      reference: 'a.pdf',
      createdAt: '2026-01-02T10:00:00Z',
    });
    const precompiled = await aTemplate(api, template.serviceId, { templateType: 'letter' });
    await api.db.query({ text: 'UPDATE templates_history SET hidden = true WHERE id = $1', values: [precompiled.id] });
    await set(ofFile, 'template_id = $2', precompiled.id);
    await aReturnedLetter({}, dayBefore(1));

    const today = dayBefore(0);
    const { status, json } = await get(`/returned-letters?reported_at=${today}`);
    const common = {
      client_reference: null,
      reported_at: today,
      template_id: template.id,
      template_version: 1,
      template_name: template.name,
      user_name: 'Ann',
      email_address: 'ann@example.com',
      original_file_name: null,
      job_row_number: null,
      uploaded_letter_file_name: null,
    };
    const { rows } = await api.db.query<{ name: string }>({
      text: 'SELECT original_file_name AS name FROM jobs WHERE id = $1',
      values: [jobId],
    });
    expect([status, json]).toEqual([
      200,
      {
        returned_letters: [
          {
            ...common,
            notification_id: ofJob,
            created_at: '2026-01-03 10:00:00.000000',
            original_file_name: rows[0]!.name,
            job_row_number: 3,
          },
          {
            ...common,
            notification_id: ofFile,
            created_at: '2026-01-02 10:00:00.000000',
            template_id: null,
            template_version: null,
            template_name: null,
            uploaded_letter_file_name: 'a.pdf',
          },
          {
            ...common,
            notification_id: fromApi,
            created_at: '2026-01-01 10:00:00.000000',
            client_reference: 'mine',
            user_name: 'API',
            email_address: 'API',
          },
        ],
        orphaned_count: 0,
      },
    ]);
  });

  it('that are known no more are counted', async () => {
    const id = await aReturnedLetter();
    await aReturnedLetter();
    await api.db.query({ text: 'DELETE FROM notifications WHERE id = $1', values: [id] });
    const { json } = await get(`/returned-letters?reported_at=${dayBefore(0)}`);
    expect([json.returned_letters.length, json.orphaned_count]).toEqual([1, 1]);
  });

  it.each(['', '?reported_at=', '?reported_at=yesterday', '?reported_at=2026-02-30'])(
    'need a day: %j is none',
    async (query) => {
      const { status, json } = await get(`/returned-letters${query}`);
      expect([status, json]).toEqual([400, plainError('Input must be a date in the format: YYYY-MM-DD')]);
    },
  );
});

describe('requests to unsubscribe', () => {
  async function aRequest(days: number, { processed = null as string | null } = {}): Promise<string> {
    const at = new Date(api.clock.now().getTime() - days * 86_400_000);
    const [id, report] = [api.ids.uuid(), processed === null ? null : api.ids.uuid()];
    if (report !== null) {
      await api.db.query({
        text: `INSERT INTO unsubscribe_request_report
            (id, service_id, count, earliest_timestamp, latest_timestamp, processed_by_service_at, created_at)
          VALUES ($1, $2, 1, $3, $3, $4, $3)`,
        values: [report, template.serviceId, at, processed],
      });
    }
    await api.db.query({
      text: `INSERT INTO unsubscribe_request (id, notification_id, template_id, template_version, service_id,
          email_address, unsubscribe_request_report_id, created_at) VALUES ($1, $1, $2, 1, $3, 'a@example.com', $4, $5)`,
      values: [id, template.id, template.serviceId, report, at],
    });
    return at.toISOString().replace('Z', '000Z');
  }

  it('of seven days and today are counted unless they were dealt with, and the latest is told', async () => {
    expect((await get('/unsubscribe-request-statistics')).json).toEqual({});
    const old = await aRequest(9);
    expect((await get('/unsubscribe-request-statistics')).json).toEqual({
      unsubscribe_requests_count: 0,
      datetime_of_latest_unsubscribe_request: old,
    });
    await aRequest(3);
    await aRequest(7);
    const latest = await aRequest(1, { processed: '2026-01-01T00:00:00Z' });
    expect((await get('/unsubscribe-request-statistics')).json).toEqual({
      unsubscribe_requests_count: 2,
      datetime_of_latest_unsubscribe_request: latest,
    });
  });
});
