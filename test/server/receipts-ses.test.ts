import { beforeAll, describe, expect, it } from 'vitest';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { makeJobsDue, storedJobs } from '../support/queue-probe.ts';
import { createFakeSns, snsTopic } from '../support/sns.ts';
import { waitFor } from '../support/wait.ts';
import { methodNotAllowedText, plainError, useApi, type ApiAnswer } from './api.ts';
import {
  aReceiptSender,
  archive,
  aSentMessage,
  callbacksAbout,
  messageOf,
  receiptsToBeRecorded,
  type ReceiptSender,
  type SentRow,
} from './receipt-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
const sns = createFakeSns();
const api = useApi({
  clock,
  logger: log.logger,
  supervise: true,
  snsFetch: sns.fetch,
  config: { sesTopicArns: [snsTopic] },
});
const path = '/notifications/email/ses';
const success = { result: 'success', message: 'SES callback succeeded' };
const recipient = 'recipient@example.com';
let sender: ReceiptSender;
let lastReference = 0;

beforeAll(async () => {
  sender = await aReceiptSender(api);
  await api.runWorkers(['ses-callbacks', 'retry']);
});

function post(envelope: object | string): Promise<ApiAnswer> {
  const text = typeof envelope === 'string' ? envelope : JSON.stringify(envelope);
  return api.call(path, { method: 'POST', text, headers: { 'content-type': 'text/plain; charset=UTF-8' } });
}

/** What SES says, in an envelope that SNS signed. */
const signed = (message: object | string): object =>
  sns.signed({ Message: typeof message === 'string' ? message : JSON.stringify(message) });

async function receive(message: object): Promise<void> {
  const answer = await post(signed(message));
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json).toEqual(success);
  await receiptsToBeRecorded(api.db);
}

async function anEmail(row: SentRow = {}): Promise<{ id: string; reference: string }> {
  const reference = `ses-${(lastReference += 1)}`;
  const id = await aSentMessage(api, sender.email, {
    sentBy: 'ses',
    providerReference: reference,
    to: recipient,
    ...row,
  });
  return { id, reference };
}

const mail = (messageId: string | undefined, timestamp = '2026-03-10T11:59:00.000Z'): object => ({
  mail: { messageId, timestamp, destination: [recipient], headers: [{ name: 'To', value: recipient }] },
});
const delivery = (messageId: string): object => ({ notificationType: 'Delivery', ...mail(messageId), delivery: {} });
const bounce = (messageId: string, bounceType: string): object => ({
  notificationType: 'Bounce',
  ...mail(messageId),
  bounce: { bounceType, bounceSubType: 'General', bouncedRecipients: [{ emailAddress: recipient }] },
});
const complaint = (messageId: string, changes = {}): object => ({
  notificationType: 'Complaint',
  ...mail(messageId),
  complaint: {
    feedbackId: `feedback ${messageId}`,
    complaintFeedbackType: 'abuse',
    timestamp: '2026-03-10T11:30:00.000Z',
    ...changes,
  },
});
const logged = (level: string): string[] => log.lines(level).map(({ msg }) => msg);

describe('what SES says of an email', () => {
  it.each<[name: string, of: (reference: string) => object, status: NotificationStatus, text: string]>([
    ['a delivery', delivery, 'delivered', 'Delivered'],
    ['a bounce for good', (reference) => bounce(reference, 'Permanent'), 'permanent-failure', 'Hard bounced'],
    ['a bounce for now', (reference) => bounce(reference, 'Transient'), 'temporary-failure', 'Soft bounced'],
    [
      'a bounce of no known type',
      (reference) => bounce(reference, 'Undetermined'),
      'temporary-failure',
      'Soft bounced',
    ],
  ])('%s', async (_name, of, status, text) => {
    for (const before of ['sending', 'pending'] as const) {
      const { id, reference } = await anEmail({ status: before, reference: 'mine' });
      await receive(of(reference));
      expect(await messageOf(api, id)).toMatchObject({ status, sentBy: 'ses' });
      expect(logged('info')).toContain(`SES callback returned status of ${status}: ${text} for notification: ${id}`);
      expect(await callbacksAbout(api, id)).toMatchObject([
        { id, status, reference: 'mine', to: recipient, notification_type: 'email' },
      ]);
    }
  });

  it('changes nothing once the status is final, and tells nobody again', async () => {
    const { id, reference } = await anEmail();
    await receive(delivery(reference));
    await receive(bounce(reference, 'Permanent'));
    await receive(delivery(reference));
    expect(await messageOf(api, id)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(api, id)).toHaveLength(1);
    expect(logged('info')).toContain(`Duplicate callback received for service ${sender.serviceId}`);
  });

  it('reaches an email of which only the history is left', async () => {
    const [late, final] = [await anEmail({ sentBy: null }), await anEmail({ status: 'delivered' })];
    for (const { id, reference } of [late, final]) {
      await archive(api, id);
      await receive(bounce(reference, 'Permanent'));
    }
    expect(await messageOf(api, late.id)).toMatchObject({ status: 'permanent-failure', sentBy: 'ses' });
    expect(await messageOf(api, final.id)).toMatchObject({ status: 'delivered' });
  });

  it('is never about a text', async () => {
    const id = await aSentMessage(api, sender.sms, { providerReference: 'of a text' });
    await receive({ ...delivery('of a text'), ...mail('of a text', '2026-03-10T11:00:00.000Z') });
    expect(await messageOf(api, id)).toMatchObject({ status: 'sending' });
  });
});

describe('an email that is unknown', () => {
  const warning = (reference: string): string =>
    `notification not found for reference: ${reference} (update to delivered)`;

  it('is only a warning when it was sent five minutes ago', async () => {
    await receive({ ...delivery('gone'), ...mail('gone', '2026-03-10T11:55:00.000Z') });
    expect(logged('warn')).toContain(warning('gone'));
    expect((await storedJobs(api.db)).filter(({ queue }) => queue === 'retry')).toEqual([]);
  });

  it('is looked for again after five minutes when it was sent a moment ago', async () => {
    const reference = 'not yet committed';
    await receive({ ...delivery(reference), ...mail(reference, '2026-03-10T11:55:00.001Z') });
    const [retry] = (await storedJobs(api.db)).filter(({ queue, state }) => queue === 'retry' && state === 'created');
    expect(retry).toMatchObject({ task: 'process-ses-result', attempt: 2, delay: 300 });
    const { id } = await anEmail({ providerReference: reference });
    await makeJobsDue(api.db);
    await waitFor(async () => (await messageOf(api, id)).status === 'delivered', {
      what: 'the receipt to be recorded',
    });
    expect(logged('warn')).not.toContain(warning(reference));
  });

  it('is given up at the next try when it is still unknown', async () => {
    const reference = 'never committed';
    await receive({ ...delivery(reference), ...mail(reference, '2026-03-10T11:59:59.000Z') });
    clock.advance(300_000);
    await makeJobsDue(api.db);
    try {
      await waitFor(() => logged('warn').includes(warning(reference)), { what: 'the receipt to be given up' });
    } finally {
      clock.advance(-300_000);
    }
  });
});

describe('a complaint', () => {
  const complaintsAbout = async (id: string): Promise<Record<string, unknown>[]> => {
    const { rows } = await api.db.query({ text: 'SELECT * FROM complaints WHERE notification_id = $1', values: [id] });
    return rows;
  };

  it('is stored, changes no status, and the service is told', async () => {
    const { id, reference } = await anEmail({ status: 'delivered', reference: 'mine' });
    await receive(complaint(reference));
    const [row, ...others] = await complaintsAbout(id);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      service_id: sender.serviceId,
      ses_feedback_id: `feedback ${reference}`,
      complaint_type: 'abuse',
      complaint_date: new Date('2026-03-10T11:30:00.000Z'),
      created_at: clock.now(),
    });
    expect(await messageOf(api, id)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(api, row!['id'] as string)).toEqual([
      {
        notification_id: id,
        complaint_id: row!['id'],
        reference: 'mine',
        to: recipient,
        complaint_date: '2026-03-10T11:30:00.000000Z',
      },
    ]);
  });

  it('that comes again is the same', async () => {
    const { id, reference } = await anEmail();
    for (let times = 0; times < 3; times += 1) await receive(complaint(reference));
    expect(await complaintsAbout(id)).toHaveLength(1);
    await receive(complaint(reference, { feedbackId: 'another' }));
    expect(await complaintsAbout(id)).toHaveLength(2);
  });

  it('without details is stored without them, and dated now for the service', async () => {
    const { id, reference } = await anEmail();
    await receive({ ...complaint(reference), complaint: undefined });
    const [row] = await complaintsAbout(id);
    expect(row).toMatchObject({ ses_feedback_id: null, complaint_type: null, complaint_date: null });
    expect(await callbacksAbout(api, row!['id'] as string)).toMatchObject([
      { complaint_date: '2026-03-10T12:00:00.000000Z', to: recipient },
    ]);
  });

  it('about an email of which only the history is left is stored, too', async () => {
    const { id, reference } = await anEmail({ status: 'delivered' });
    await archive(api, id);
    await receive(complaint(reference));
    expect(await complaintsAbout(id)).toMatchObject([{ service_id: sender.serviceId }]);
  });

  it('about an unknown email is tried again', async () => {
    await receive({ ...complaint('nobody’s'), ...mail('nobody’s', '2020-01-01T00:00:00.000Z') });
    const retries = (await storedJobs(api.db)).filter(({ queue, state }) => queue === 'retry' && state === 'created');
    expect(retries).toMatchObject([{ task: 'process-ses-result', attempt: 2, delay: 300 }]);
  });
});

describe('a body', () => {
  it.each([
    ['no JSON', '{', 'SES callback failed: invalid json'],
    ['no body', '', 'SES callback failed: invalid json'],
    ['a list', '[]', 'SES callback failed: invalid json'],
    ['null', 'null', 'SES callback failed: invalid json'],
    ['no message', '{}', ['SES callback failed: Message missing']],
    ['an empty message', '{"Message": ""}', ['SES callback failed: Message missing']],
  ])('with %s is refused', async (_name, text, message) => {
    const answer = await post(text);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ result: 'error', message });
  });

  it.each([
    ['what is no JSON', '{', 'SES callback failed: invalid json'],
    ['a list', '[]', 'SES callback failed: invalid json'],
    ['no type', {}, ['SES callback failed: notificationType missing']],
    ['an unknown type', { notificationType: 'Open' }, 'SES callback failed: status Open not found'],
    [
      'a type that every object has',
      { notificationType: 'constructor' },
      'SES callback failed: status constructor not found',
    ],
    ['no mail', { notificationType: 'Delivery' }, 'SES callback failed: messageId missing'],
    ['no message id', { notificationType: 'Delivery', ...mail(undefined) }, 'SES callback failed: messageId missing'],
    [
      'a bounce without a type',
      { notificationType: 'Bounce', ...mail('x') },
      'SES callback failed: bounceType missing',
    ],
  ])('with a message with %s is refused', async (_name, inner, message) => {
    const answer = await post(signed(inner));
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ result: 'error', message });
  });

  it('may be as large as SNS makes it, and no larger', async () => {
    const reference = 'x'.repeat(200);
    const large = {
      ...delivery(reference),
      ...mail(reference, '2020-01-01T00:00:00Z'),
      padding: 'x'.repeat(240 * 1024),
    };
    expect((await post(signed(large))).status).toBe(200);
    expect((await post('x'.repeat(301 * 1024))).status).toBe(413);
  });
});

it('the path takes POST only', async () => {
  const answer = await api.call(path);
  expect(answer.status).toBe(405);
  expect(answer.json).toEqual(plainError(methodNotAllowedText));
});

it('no line of the log, and no job but that of a complaint, names a recipient', async () => {
  expect(JSON.stringify(log.lines())).not.toContain(recipient);
  const { id, reference } = await anEmail();
  await receive(bounce(reference, 'Permanent'));
  expect(await messageOf(api, id)).toMatchObject({ status: 'permanent-failure' });
  const jobs = (await storedJobs(api.db)).filter(({ args }) => JSON.stringify(args).includes(recipient));
  expect(jobs.map(({ args }) => (args as { event: { kind: string } }).event.kind)).toEqual(jobs.map(() => 'complaint'));
});
