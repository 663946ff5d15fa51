import { beforeAll, describe, expect, it } from 'vitest';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { firetextCodes } from '../../src/lib/receipts/firetext-codes.ts';
import { mmgStatuses } from '../../src/lib/receipts/mmg-codes.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { methodNotAllowedText, plainError, useApi, type ApiAnswer } from './api.ts';
import { aReceiptSender, aSentMessage, callbacksAbout, messageOf, type ReceiptSender } from './receipt-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
// Nobody works on queues: what a receipt does is done when it is answered.
const api = useApi({ clock, logger: log.logger });
const success = { result: 'success' };
let sender: ReceiptSender;

beforeAll(async () => {
  sender = await aReceiptSender(api);
});

type Fields = Readonly<Record<string, string | number | null>>;

function mmg(body: object, headers = {}): Promise<ApiAnswer> {
  return api.call('/notifications/sms/mmg', { method: 'POST', body, headers });
}

function firetext(fields: Readonly<Record<string, string>>, headers = {}): Promise<ApiAnswer> {
  const text = new URLSearchParams(fields).toString();
  return api.call('/notifications/sms/firetext', { method: 'POST', text, headers });
}

async function receive(provider: 'mmg' | 'firetext', id: string, fields: Fields): Promise<void> {
  const answer =
    provider === 'mmg' ? await mmg({ CID: id, ...fields }) : await firetext({ reference: id, ...(fields as object) });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json).toEqual(success);
}

const aText = (row = {}): Promise<string> => aSentMessage(api, sender.sms, row);
const logged = (level: string): string[] => log.lines(level).map(({ msg }) => msg);

describe('a receipt of MMG', () => {
  it('moves a text for every status and substatus', async () => {
    const expected = new Map<string, NotificationStatus>();
    for (const [status, { outcome, reasons }] of mmgStatuses) {
      for (const substatus of reasons.keys()) {
        const id = await aText({ sentBy: 'mmg' });
        expected.set(id, outcome);
        expect((await mmg({ CID: id, status: Number(status), substatus: Number(substatus) })).json).toEqual(success);
      }
    }
    for (const [id, status] of expected) expect(await messageOf(api, id)).toMatchObject({ status, sentBy: 'mmg' });
  });

  it('is logged in the words of its codes, and counted', async () => {
    const id = await aText({ sentBy: 'mmg' });
    await receive('mmg', id, {
      status: '3',
      substatus: '2',
      MSISDN: '447700900123',
      deliverytime: '2026-03-10 12:00:00',
    });
    const line = `MMG callback returned status of delivered(3): Delivered to operator(2) for reference: ${id}`;
    expect(logged('info')).toContain(line);
    const { values } = await api.metrics.receiptElapsedSeconds.get();
    const sum = values.find(
      ({ metricName, labels }) =>
        metricName === 'notify_receipt_elapsed_seconds_sum' &&
        labels.provider === 'mmg' &&
        labels.status === 'delivered',
    );
    expect(sum!.value).toBeGreaterThanOrEqual(60);
    const counted = await api.metrics.providerReceipts.get();
    expect(
      counted.values.find(({ labels }) => labels.provider === 'mmg' && labels.status === 'delivered')!.value,
    ).toBeGreaterThan(0);
  });

  it('with an unknown status ends as technical-failure, and the service is told', async () => {
    const id = await aText({ sentBy: 'mmg' });
    await receive('mmg', id, { status: '77' });
    expect(await messageOf(api, id)).toMatchObject({ status: 'technical-failure' });
    expect(logged('error')).toContain('MMG callback failed: status 77 not found.');
    expect(await callbacksAbout(api, id)).toMatchObject([{ id, status: 'technical-failure' }]);
  });

  it.each([
    ['no body', undefined, ['MMG callback failed: invalid json']],
    ['what is no JSON', '{', ['MMG callback failed: invalid json']],
    ['a list', '[]', ['MMG callback failed: invalid json']],
    ['null', 'null', ['MMG callback failed: invalid json']],
    ['nothing in it', '{}', ['MMG callback failed: status missing', 'MMG callback failed: CID missing']],
    ['no status', '{"CID": "x"}', ['MMG callback failed: status missing']],
    ['no CID', '{"status": 3}', ['MMG callback failed: CID missing']],
    ['an empty CID', '{"status": "3", "CID": ""}', ['MMG callback failed: CID missing']],
    ['null for a status', '{"status": null, "CID": "x"}', ['MMG callback failed: status missing']],
    ['an object for a status', '{"status": {}, "CID": "x"}', ['MMG callback failed: status missing']],
  ])('with %s is refused', async (_name, text, messages) => {
    const answer = await api.call('/notifications/sms/mmg', { method: 'POST', ...(text !== undefined && { text }) });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ result: 'error', message: messages });
  });
});

describe('a receipt of Firetext', () => {
  it('moves a text for every code of a failure', async () => {
    const expected = new Map<string, NotificationStatus>();
    for (const [code, { outcome }] of firetextCodes) {
      const id = await aText({ sentBy: 'firetext' });
      expected.set(id, outcome);
      await firetext({ reference: id, status: '1', code, time: '2026-03-10 12:00:00', mobile: '447700900123' });
    }
    for (const [id, status] of expected) expect(await messageOf(api, id)).toMatchObject({ status });
  });

  it.each<[name: string, receipts: [status: string, code?: string][], outcome: NotificationStatus]>([
    ['0', [['0']], 'delivered'],
    ['2', [['2']], 'pending'],
    ['2 with a code', [['2', '101']], 'pending'],
    ['2 again', [['2'], ['2', '102']], 'pending'],
    ['2, then 0', [['2'], ['0']], 'delivered'],
    ['1 at once', [['1']], 'permanent-failure'],
    ['2, then 1 with 101', [['2'], ['1', '101']], 'permanent-failure'],
    ['2, then 1 with 102', [['2'], ['1', '102']], 'temporary-failure'],
    ['2, then 1', [['2'], ['1']], 'temporary-failure'],
    ['2, then 1 with 000', [['2'], ['1', '000']], 'temporary-failure'],
    ['2, then 1 with an unknown code', [['2'], ['1', '789']], 'temporary-failure'],
    ['1 with an unknown code', [['1', '789']], 'permanent-failure'],
    ['an unknown status', [['9']], 'technical-failure'],
  ])('%s', async (_name, receipts, outcome) => {
    const id = await aText({ sentBy: 'firetext' });
    for (const [status, code] of receipts)
      await receive('firetext', id, { status, ...(code !== undefined && { code }) });
    expect(await messageOf(api, id)).toMatchObject({ status: outcome });
    const told = await callbacksAbout(api, id);
    expect(told).toMatchObject(outcome === 'pending' ? [] : [{ status: outcome }]);
    if (receipts.some(([, code]) => code === '789')) {
      const warning = `Failure code 789 from Firetext not recognised when processing notification ${id}`;
      expect(logged('warn')).toContain(warning);
    }
    if (outcome === 'technical-failure') {
      expect(logged('error')).toContain('Firetext callback failed: status 9 not found.');
    }
  });

  it.each([
    ['no body', '', ['Firetext callback failed: status missing', 'Firetext callback failed: reference missing']],
    [
      'JSON',
      '{"status": "0"}',
      ['Firetext callback failed: status missing', 'Firetext callback failed: reference missing'],
    ],
    ['no status', 'reference=x', ['Firetext callback failed: status missing']],
    ['an empty reference', 'status=0&reference=', ['Firetext callback failed: reference missing']],
  ])('with %s is refused', async (_name, text, messages) => {
    const answer = await api.call('/notifications/sms/firetext', { method: 'POST', text });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ result: 'error', message: messages });
  });
});

describe('every receipt of a text', () => {
  it('names the provider where nothing does, counts the fragments, and tells the service', async () => {
    const id = await aText({ status: 'created' });
    await receive('mmg', id, { status: 3 });
    expect(await messageOf(api, id)).toEqual({ status: 'delivered', sentBy: 'mmg', billableUnits: 1 });
    expect(await callbacksAbout(api, id)).toMatchObject([
      { id, status: 'delivered', completed_at: '2026-03-10T12:00:00.000000Z', notification_type: 'sms' },
    ]);
  });

  it('changes nothing once the status is final, and tells nobody again', async () => {
    const id = await aText({ sentBy: 'mmg' });
    await receive('mmg', id, { status: '3' });
    for (const status of ['3', '2', '4', '77']) await receive('mmg', id, { status });
    expect(await messageOf(api, id)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(api, id)).toHaveLength(1);
    expect(logged('info')).toContain(`Duplicate callback received for service ${sender.serviceId}`);
  });

  it('about an unknown text is a warning, and is not tried again', async () => {
    const id = api.ids.uuid();
    await receive('firetext', id, { status: '0' });
    expect(logged('warn')).toContain(
      `Notification not found for id ${id} (when attempting to update to status delivered)`,
    );
  });

  it('about an email is about nothing', async () => {
    const id = await aSentMessage(api, sender.email, { providerReference: 'r' });
    await receive('mmg', id, { status: '3' });
    expect(await messageOf(api, id)).toMatchObject({ status: 'sending' });
  });

  it.each(['x', '123', `${'a'.repeat(36)}`, 'a\u0000b', '\ud800', 12345])(
    'with the reference %j is answered, and changes nothing',
    async (CID) => {
      const errors = logged('error').length;
      expect((await mmg({ CID, status: '3' })).json).toEqual(success);
      expect(logged('error').slice(errors)).toEqual([expect.stringMatching(/^MMG callback with invalid reference /)]);
    },
  );

  it('may spell the id in any usual way', async () => {
    const id = await aText({ sentBy: 'mmg' });
    await receive('mmg', `{${id.toUpperCase().replaceAll('-', '')}}`, { status: '3' });
    expect(await messageOf(api, id)).toMatchObject({ status: 'delivered' });
  });

  it('is ignored where the country reports nothing, and believed elsewhere', async () => {
    for (const [phonePrefix, status] of [
      ['1', 'sent'],
      ['999', 'sent'],
      ['33', 'delivered'],
    ] as const) {
      const id = await aText({ status: 'sent', sentBy: 'mmg', phonePrefix });
      await receive('mmg', id, { status: '3' });
      expect(await messageOf(api, id), phonePrefix).toMatchObject({ status });
    }
  });
});

describe('the paths', () => {
  for (const provider of ['mmg', 'firetext']) {
    const path = `/notifications/sms/${provider}`;
    it(`${path} take POST only`, async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await api.call(path, { method });
        expect(answer.status).toBe(405);
        expect(answer.json).toEqual(plainError(methodNotAllowedText));
      }
    });

    it(`${path} take so much and no more`, async () => {
      const answer = await api.call(path, { method: 'POST', text: 'x'.repeat(301 * 1024) });
      expect(answer.status).toBe(413);
      expect(answer.json).toEqual(plainError('The data value transmitted exceeds the capacity limit.'));
    });
  }

  it('need no content type, and say theirs', async () => {
    for (const type of ['text/plain', 'application/xml', undefined]) {
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await mmg({ CID: api.ids.uuid(), status: '3' }, headers);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.text).toBe('{"result":"success"}');
    }
  });
});

describe('where user and password are configured', () => {
  const closed = useApi({
    config: { mmgReceiptCredentials: ['mmg', 'sécret'], firetextReceiptCredentials: ['fire', 'pass:word'] },
  });
  const basic = (text: string): object => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const post = (provider: string, headers = {}): Promise<ApiAnswer> =>
    closed.call(`/notifications/sms/${provider}`, {
      method: 'POST',
      headers,
      text:
        provider === 'mmg' ? `{"CID": "${closed.ids.uuid()}", "status": 3}` : `reference=${closed.ids.uuid()}&status=0`,
    });

  it('they are asked for, and others refused', async () => {
    for (const [provider, good] of [
      ['mmg', 'mmg:sécret'],
      ['firetext', 'fire:pass:word'],
    ] as const) {
      const missing = await post(provider);
      expect(missing.status).toBe(401);
      expect(missing.headers['www-authenticate']).toBe('Bearer');
      expect(missing.json).toEqual(plainError('Unauthorized: authentication token must be provided'));
      for (const wrong of [
        basic('mmg:x'),
        basic('x:sécret'),
        basic('mmg'),
        basic(':'),
        { authorization: 'Bearer x' },
      ]) {
        const answer = await post(provider, wrong);
        expect(answer.status).toBe(403);
        expect(answer.json).toEqual(plainError('Forbidden: invalid authentication token provided'));
      }
      expect((await post(provider, basic(good))).json).toEqual(success);
    }
  });
});

it('no line of the log names a recipient', () => {
  const text = JSON.stringify(log.lines());
  expect(text).not.toMatch(/447\d{9}/);
});
