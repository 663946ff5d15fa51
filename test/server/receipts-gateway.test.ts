/** Receipts of an HTTP gateway, by its configuration. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useApi, type ApiAnswer, type ApiRequest } from './api.ts';
import {
  aReceiptSender,
  aSentMessage,
  callbacksAbout,
  messageOf,
  receiptsToBeRecorded,
  type ReceiptSender,
} from './receipt-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
const statuses = {
  delivered: ['DELIVRD', 1],
  pending: ['BUFFERED'],
  'temporary-failure': ['EXPIRED'],
  'permanent-failure': ['UNDELIV', 'REJECTD'],
};
const bearer = { authorization: 'Bearer s3cret' };

const gateway = (receipts: object): ReturnType<typeof readSmsWebhook> =>
  readSmsWebhook({
    url: 'https://gateway.example/',
    receipts: { secrets: ['s3cret', 'older'], statuses, ...receipts },
  });

const post = (api: { call: typeof plain.call }, request: ApiRequest): Promise<ApiAnswer> =>
  api.call('/notifications/sms/gateway', { method: 'POST', ...request });

const plain = useApi({ clock, logger: log.logger, supervise: true, config: { smsWebhook: gateway({}) } });
let sender: ReceiptSender;

beforeAll(async () => {
  sender = await aReceiptSender(plain);
  await plain.runWorkers(['sms-callbacks']);
});

const aText = (row = {}): Promise<string> => aSentMessage(plain, sender.sms, row);

async function receive(body: object): Promise<void> {
  const answer = await post(plain, { body, headers: bearer });
  expect({ status: answer.status, body: answer.json }).toEqual({ status: 200, body: { result: 'success' } });
  await receiptsToBeRecorded(plain.db);
}

describe('a receipt of a gateway', () => {
  it.each([
    ['DELIVRD', 'delivered', 1],
    [1, 'delivered', 1],
    ['1', 'delivered', 1],
    ['BUFFERED', 'pending', 0],
    ['EXPIRED', 'temporary-failure', 1],
    ['UNDELIV', 'permanent-failure', 1],
    ['REJECTD', 'permanent-failure', 1],
    ['delivrd', 'technical-failure', 1],
    ['delivered', 'technical-failure', 1],
  ])('with the code %j makes a text %s', async (status, expected, callbacks) => {
    const reference = await aText();
    await receive({ reference, status });
    expect(await messageOf(plain, reference)).toMatchObject({ status: expected, sentBy: 'webhook' });
    expect(await callbacksAbout(plain, reference)).toHaveLength(callbacks);
  });

  it('of a code that is not configured is logged and counted', async () => {
    await receive({ reference: await aText(), status: 'LOST' });
    expect(log.lines('error').map(({ msg }) => msg)).toContain('Gateway callback failed: status LOST not found.');
    const { values } = await plain.metrics.receiptProblems.get();
    expect(values.map(({ labels }) => labels)).toContainEqual({ provider: 'webhook', problem: 'unknown status' });
  });

  it('is counted by provider and status', async () => {
    await receive({ reference: await aText(), status: 'EXPIRED' });
    const { values } = await plain.metrics.providerReceipts.get();
    expect(values.map(({ labels }) => labels)).toContainEqual({ provider: 'webhook', status: 'temporary-failure' });
  });

  it('may be a form', async () => {
    const id = await aText();
    const text = new URLSearchParams({ reference: id.toUpperCase(), status: 'DELIVRD' }).toString();
    expect((await post(plain, { text, headers: bearer })).status).toBe(200);
    await receiptsToBeRecorded(plain.db);
    expect(await messageOf(plain, id)).toMatchObject({ status: 'delivered' });
  });

  it('never changes a final status, and comes through after pending', async () => {
    const id = await aText();
    for (const status of ['BUFFERED', 'EXPIRED', 'DELIVRD', 'EXPIRED']) await receive({ reference: id, status });
    expect(await messageOf(plain, id)).toMatchObject({ status: 'temporary-failure' });
    expect(await callbacksAbout(plain, id)).toHaveLength(1);
  });

  it('with a reference that is no id changes nothing', async () => {
    await receive({ reference: 'x'.repeat(500), status: 'DELIVRD' });
    const line = `Gateway callback with invalid reference ${'x'.repeat(100)}`;
    expect(log.lines('error').map(({ msg }) => msg)).toContain(line);
  });

  it.each([
    [{ text: '{"reference": ' }, ['Gateway callback failed: invalid json']],
    [{ text: '[]' }, ['Gateway callback failed: status missing', 'Gateway callback failed: reference missing']],
    [{ text: '' }, ['Gateway callback failed: status missing', 'Gateway callback failed: reference missing']],
    [{ body: { reference: 'a', status: null } }, ['Gateway callback failed: status missing']],
    [{ body: { reference: '', status: 'a' } }, ['Gateway callback failed: reference missing']],
    [{ body: { reference: { a: 1 }, status: 'a' } }, ['Gateway callback failed: reference missing']],
  ])('%j is refused', async (request, message) => {
    const answer = await post(plain, { ...request, headers: bearer });
    expect({ status: answer.status, body: answer.json }).toEqual({ status: 400, body: { result: 'error', message } });
  });
});

describe('the secret of a gateway', () => {
  const basic = (text: string): object => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it.each([
    [bearer, 200],
    [{ authorization: 'bearer  s3cret ' }, 200],
    [{ authorization: 'Bearer older' }, 200],
    [basic('anybody:s3cret'), 200],
    [{}, 401],
    [{ authorization: 'Bearer s3cre' }, 403],
    [{ authorization: 'Bearer s3crets' }, 403],
    [{ authorization: 'Bearer ' }, 403],
    [{ authorization: 's3cret' }, 403],
    [basic('s3cret'), 403],
    [basic('s3cret:'), 403],
    [{ 'x-token': 's3cret' }, 401],
  ])('%j is answered %i', async (headers, status) => {
    const body = { reference: '019cd000-0000-7000-8000-000000000001', status: 'DELIVRD' };
    const answer = await post(plain, { body, headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.json.message).toBe('Unauthorized: authentication token must be provided');
    if (status === 403) expect(answer.json.message).toBe('Forbidden: invalid authentication token provided');
  });

  it('is asked for before the body is read', async () => {
    expect((await post(plain, { text: '{', headers: { authorization: 'Bearer no' } })).status).toBe(403);
  });
});

describe('a gateway with other fields and an own header', () => {
  const own = useApi({
    clock,
    config: {
      smsWebhook: gateway({ header: 'X-Api-Key', reference: 'results.0.messageId', status: 'results.0.status.name' }),
    },
  });

  it('is understood', async () => {
    const body = { results: [{ messageId: '019cd000-0000-7000-8000-000000000001', status: { name: 'UNDELIV' } }] };
    expect((await post(own, { body, headers: { 'x-api-key': 's3cret' } })).status).toBe(200);
    expect((await post(own, { body, headers: { 'x-api-key': 'Bearer s3cret' } })).status).toBe(403);
    expect((await post(own, { body, headers: bearer })).status).toBe(401);
    const { values } = await own.metrics.receipts.get();
    expect(values).toMatchObject([{ labels: { outcome: 'unknown' }, value: 1 }]);
  });
});

describe('without a configuration of receipts', () => {
  const none = useApi({ clock, config: { smsWebhook: readSmsWebhook({ url: 'https://gateway.example/' }) } });

  it('nobody gets in', async () => {
    for (const headers of [bearer, { authorization: 'Bearer ' }, { authorization: 'Basic Og==' }]) {
      expect((await post(none, { body: {}, headers })).status).toBe(403);
    }
  });
});
