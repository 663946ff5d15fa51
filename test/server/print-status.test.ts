/** What the print provider's API posts of letters (delivery sheet §6.3). */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPrintApi } from '../../src/lib/print-runs/create-print-api.ts';
import { deliverLetter } from '../../src/lib/print-runs/deliver-letter.ts';
import { printCallbackUrl } from '../../src/lib/print-runs/print-callback-token.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useStubPrinter } from '../support/provider-stub.ts';
import { startTestServer } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { storeLetters } from '../support/waiting-letters.ts';
import type { ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-07-01T12:00:00Z');
const log = createLogCapture();
const printer = useStubPrinter();
const api = useInternalApi({ clock, logger: log.logger });
let serviceId: string;
let templateId: string;
let last = 0;

beforeAll(async () => {
  ({ id: serviceId } = await aService(api));
  ({ id: templateId } = await aTemplate(api, serviceId, { templateType: 'letter' }));
});

beforeEach(() => api.db.query('DELETE FROM notifications_letter_despatch'));

async function aLetter(status = 'sending', billableUnits = 2): Promise<string> {
  const reference = `REF${String((last += 1)).padStart(13, '0')}`;
  const letter = { reference, serviceId, templateId, status, billableUnits, createdAt: clock.now() };
  const [stored] = await storeLetters(api, [letter]);
  return stored!.id;
}

async function statusOf(id: string): Promise<string> {
  const { rows } = await api.db.query<{ status: string }>({
    text: 'SELECT notification_status AS status FROM notifications WHERE id = $1',
    values: [id],
  });
  return rows[0]!.status;
}

async function despatches(): Promise<unknown[]> {
  const { rows } = await api.db.query(
    'SELECT notification_id, despatched_on::text, cost_threshold FROM notifications_letter_despatch',
  );
  return rows;
}

const sorted = { totalSheets: '2', postageClass: '2ND', mailingProduct: 'MM' };

function statusDocument(jobId: string, data: object = {}): object {
  const usual = { jobStatus: 'DESPATCHED', transitionDate: '2026-06-30T13:00:00Z', despatchProperties: sorted };
  return {
    id: 'm',
    time: '2026-06-30T13:00:00Z',
    data: { jobId, ...usual, ...data },
    metadata: { correlationId: 'c' },
  };
}

function pathOf(id: string): string {
  return printCallbackUrl(api, '', id);
}

function post(path: string, body: object | string): Promise<ApiAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return api.call(path, { method: 'POST', text, headers: { 'content-type': 'application/json' } });
}

function refusal(status_code: number, error: string, messages: readonly string[]): unknown[] {
  return [status_code, { status_code, errors: messages.map((message) => ({ error, message })) }];
}

describe('POST /notifications/letter/status', () => {
  it.each(['sending', 'created'])('delivers a letter in %s, and notes its despatch in London', async (status) => {
    const id = await aLetter(status);
    const answer = await post(pathOf(id), statusDocument(id, { transitionDate: '2026-06-30T23:30:00Z' }));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await statusOf(id)).toBe('delivered');
    expect(await despatches()).toEqual([
      { notification_id: id, despatched_on: '2026-07-01', cost_threshold: 'sorted' },
    ]);
  });

  it('ends a letter that was rejected, without a despatch', async () => {
    const id = await aLetter();
    const rejected = statusDocument(id, { jobStatus: 'REJECTED', despatchProperties: undefined });
    expect((await post(pathOf(id), rejected)).status).toBe(204);
    expect([await statusOf(id), await despatches()]).toEqual(['technical-failure', []]);
  });

  it.each(['delivered', 'technical-failure', 'cancelled', 'returned-letter', 'permanent-failure'])(
    'changes nothing of a letter that is %s, but what is known of its despatch',
    async (status) => {
      const id = await aLetter(status);
      expect((await post(pathOf(id), statusDocument(id))).status).toBe(204);
      expect(await statusOf(id)).toBe(status);
      expect(await despatches()).toHaveLength(1);
      const rejected = statusDocument(id, { jobStatus: 'REJECTED', despatchProperties: undefined });
      expect((await post(pathOf(id), rejected)).status).toBe(204);
      expect(await statusOf(id)).toBe(status);
    },
  );

  it('has what is said later count', async () => {
    const id = await aLetter();
    await post(pathOf(id), statusDocument(id));
    const despatchProperties = { ...sorted, postageClass: '1ST' };
    await post(pathOf(id), statusDocument(id, { transitionDate: '2026-07-02T10:00:00Z', despatchProperties }));
    expect(await despatches()).toEqual([
      { notification_id: id, despatched_on: '2026-07-02', cost_threshold: 'unsorted' },
    ]);
  });

  it('logs that sheets are not those that were counted', async () => {
    const id = await aLetter('sending', 3);
    await post(pathOf(id), statusDocument(id));
    expect(log.lines('warn').map(({ msg }) => msg)).toContain(
      `Notification with id ${id} has 3 billable_units but DVLA says page count is 2`,
    );
  });

  it('knows letters of the history, and does not mind one that is in neither table', async () => {
    const id = await aLetter('delivered');
    await api.db.query({
      text: `INSERT INTO notification_history (id, service_id, template_id, template_version, key_type, billable_units,
          notification_type, created_at, notification_status, reference, postage, international)
        SELECT id, service_id, template_id, template_version, key_type, billable_units, notification_type, created_at,
          notification_status, reference, postage, international FROM notifications WHERE id = $1`,
      values: [id],
    });
    await api.db.query({ text: 'DELETE FROM notifications WHERE id = $1', values: [id] });
    expect((await post(pathOf(id), statusDocument(id))).status).toBe(204);
    expect(await despatches()).toHaveLength(1);
    const unknown = api.ids.uuid();
    expect((await post(pathOf(unknown), statusDocument(unknown))).status).toBe(204);
    expect(await despatches()).toHaveLength(1);
  });

  it.each([
    ['none', '/notifications/letter/status'],
    ['an empty one', '/notifications/letter/status?token='],
    ['two', '/notifications/letter/status?token=a&token=b'],
    ['one that we did not make', '/notifications/letter/status?token=v1.test1.AAAA'],
  ])('asks for a token before anything else: %s', async (_what, path) => {
    for (const body of ['no JSON', statusDocument(api.ids.uuid())]) {
      const answer = await post(path, body);
      const refused = refusal(403, 'AuthError', ['A valid token must be provided in the query string']);
      expect([answer.status, answer.json]).toEqual(refused);
    }
  });

  it('refuses the token of another letter, and what is no status', async () => {
    const id = await aLetter();
    const other = await post(pathOf(id), statusDocument(api.ids.uuid()));
    expect([other.status, other.json]).toEqual(
      refusal(400, 'ValidationError', ['Notification ID in letter callback data does not match ID in token']),
    );
    const odd = await post(pathOf(id), statusDocument(id, { jobStatus: 'LOST', transitionDate: undefined }));
    expect([odd.status, odd.json]).toEqual(
      refusal(400, 'ValidationError', [
        'jobStatus LOST is not one of [DESPATCHED, REJECTED]',
        'transitionDate is a required property',
      ]),
    );
    const text = await post(pathOf(id), 'no JSON');
    expect([text.status, text.json]).toEqual(refusal(400, 'BadRequestError', ['Invalid JSON supplied in POST data']));
    expect(await statusOf(id)).toBe('sending');
  });
});

it('a letter comes back from the printer as delivered', async () => {
  const server = await startTestServer(api);
  try {
    const config = { ...api.config, ...printer.config, printCallbackUrl: server.url };
    const printApi = createPrintApi(config, api)!;
    const id = await aLetter('created', 1);
    await deliverLetter({ ...api, printApi }, { notificationId: id });
    await waitFor(async () => (await statusOf(id)) === 'delivered');
    await waitFor(() => printer.counts().callbacks === 1);
    expect(await despatches()).toMatchObject([{ notification_id: id, cost_threshold: 'sorted' }]);
    const { rows } = await api.db.query({
      text: 'SELECT sent_by, sent_at FROM notifications WHERE id = $1',
      values: [id],
    });
    expect(rows).toEqual([{ sent_by: 'dvla', sent_at: clock.now() }]);
    await printApi.close();
  } finally {
    await server.close();
  }
});
