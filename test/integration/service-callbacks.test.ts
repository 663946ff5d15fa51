import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { receiveTextMessage } from '../../src/lib/inbound/receive-text-message.ts';
import { deleteOldCallbackDeliveries } from '../../src/lib/callbacks/delete-old-callback-deliveries.ts';
import { createEndpointLanes } from '../../src/lib/callbacks/endpoint-lanes.ts';
import {
  queueComplaintCallback,
  queueDeliveryStatusCallback,
  queueReturnedLetterCallback,
} from '../../src/lib/callbacks/queue-callback.ts';
import { removeCallback } from '../../src/lib/callbacks/remove-callback.ts';
import { replayCallbacks, type ReplayCallbacksInput } from '../../src/lib/callbacks/replay-callbacks.ts';
import { sendCallbackTasks, type CallbackAttempt } from '../../src/lib/callbacks/send-callback.ts';
import { webhookKey } from '../../src/lib/callbacks/webhook-signature.ts';
import { callbackTypes } from '../../src/lib/callbacks/callback-api.ts';
import {
  listEndedNotifications,
  type EndedNotification,
} from '../../src/lib/notifications/list-ended-notifications.ts';
import { timeOutNotifications } from '../../src/lib/notifications/time-out-notifications.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { makeJobsDue, queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { bearerToken, tell, useCallbackReceivers } from './callback-receiver.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const makeApp = useTestApps({ clock, supervise: true, config: { callbackAllowedHosts: ['127.0.0.1'] } });
const aReceiver = useCallbackReceivers();

let app: TestApp;
let service: { id: string };
let template: Template;
let attempts: CallbackAttempt[];

beforeEach(async () => {
  clock.set('2026-03-10T12:00:00Z');
  app = await makeApp();
  service = await aService(app, { permissions: ['sms', 'inbound_sms'] });
  template = await aTemplate(app, service.id);
  attempts = [];
});
// Times are left out: their digits can be anything.
afterEach(() => {
  const told = attempts.map((attempt) => ({ ...attempt, seconds: null }));
  expect(JSON.stringify(told)).not.toContain('07900');
});

async function work({ timeoutMs = 1000, slots = 6 } = {}): Promise<readonly string[]> {
  const tasks = sendCallbackTasks({
    ...app,
    lanes: createEndpointLanes({ slots }),
    onAttempt: (attempt) => attempts.push(attempt),
    timeoutMs,
  });
  const queues = ['service-callbacks', 'service-callbacks-retry'] as const;
  return (await startTestWorker(app, tasks, { queues, concurrency: slots })).outcomes;
}

async function aNotification(row: NotificationRow = {}, of = template): Promise<EndedNotification> {
  const id = await insertRows(app, of, { status: 'delivered', reference: 'ref', ...row });
  return (await listEndedNotifications(app, { ids: [id], serviceId: null }))[0]!;
}

async function queueReceipt(row: NotificationRow = {}, of = template): Promise<EndedNotification> {
  const notification = await aNotification(row, of);
  await app.db.transaction((tx) => queueDeliveryStatusCallback(app, tx, notification));
  return notification;
}

async function log(): Promise<Record<string, unknown>[]> {
  const { rows } = await app.db.query(
    'SELECT webhook_id, state, attempts, http_status, problem FROM callback_deliveries ORDER BY webhook_id',
  );
  return rows;
}

const outcomes = (): string[] => attempts.map(({ attempt, outcome }) => `${attempt} ${outcome}`);

describe('a callback', () => {
  it('reaches the receiver byte for byte, with token and signature', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url);
    const { id } = await queueReceipt({ sentAt: '2026-03-10T11:59:59Z', updatedAt: '2026-03-10T12:00:00Z' });
    await work();
    await queuesToBeEmpty(app.db);
    const body = `{"id": "${id}", "reference": "ref", "to": "447900900123", "status": "delivered", "created_at": "2026-03-10T12:00:00.000000Z", "completed_at": "2026-03-10T12:00:00.000000Z", "sent_at": "2026-03-10T11:59:59.000000Z", "notification_type": "sms", "template_id": "${template.id}", "template_version": 1}`;
    const webhookId = `delivery_status_${id}_delivered`;
    const signature = createHmac('sha256', webhookKey(bearerToken)).update(`${webhookId}.1773144000.${body}`);
    expect(receiver.received).toEqual([
      {
        path: '/callbacks?a=b',
        body,
        headers: expect.objectContaining({
          'content-type': 'application/json',
          authorization: `Bearer ${bearerToken}`,
          'webhook-id': webhookId,
          'webhook-timestamp': '1773144000',
          'webhook-signature': `v1,${signature.digest('base64')}`,
        }) as object,
      },
    ]);
    expect(await log()).toEqual([
      { webhook_id: webhookId, state: 'delivered', attempts: 1, http_status: 200, problem: null },
    ]);
    expect(attempts).toEqual([
      { type: 'delivery_status', attempt: 1, outcome: 'delivered', seconds: expect.any(Number) as number },
    ]);
  });

  it('is queued for nobody without a callback, nor when its cause is rolled back', async () => {
    await queueReceipt();
    expect(await storedJobs(app.db)).toEqual([]);
    await tell(app, service.id, 'https://example.gov.uk/');
    const notification = await aNotification();
    const failing = app.db.transaction(async (tx) => {
      await queueDeliveryStatusCallback(app, tx, notification);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await storedJobs(app.db)).toEqual([]);
  });

  it('holds no personal data, URL or token in the open while it waits', async () => {
    await tell(app, service.id, 'https://receiver.example.gov.uk/');
    await queueReceipt();
    const text = JSON.stringify(await storedJobs(app.db));
    for (const secret of ['900123', 'receiver.example', bearerToken]) expect(text).not.toContain(secret);
  });

  it('of a receipt stays as it was queued, whatever is changed afterwards', async () => {
    const [first, second] = [await aReceiver(), await aReceiver()];
    await tell(app, service.id, first.url);
    const { id } = await queueReceipt();
    await tell(app, service.id, second.url);
    await app.db.query(`UPDATE notifications SET notification_status = 'permanent-failure'`);
    await removeCallback(app, { serviceId: service.id, callbackType: 'delivery_status' });
    await work();
    await queuesToBeEmpty(app.db);
    expect(second.received).toEqual([]);
    expect(JSON.parse(first.received[0]!.body)).toMatchObject({ id, status: 'delivered' });
  });

  it('is tried six times, 300 seconds apart, and then given up', async () => {
    const receiver = await aReceiver(500, 429, 503, 599, 500);
    await tell(app, service.id, receiver.url);
    const { id } = await queueReceipt();
    const runs = await work();
    const delays: number[] = [];
    for (let attempt = 2; attempt <= 6; attempt += 1) {
      const job = await waitFor(async () => (await storedJobs(app.db)).find((stored) => stored.attempt === attempt));
      expect(job.queue).toBe('service-callbacks-retry');
      delays.push(job.delay);
      await makeJobsDue(app.db);
    }
    await queuesToBeEmpty(app.db);
    expect(delays).toEqual([300, 300, 300, 300, 300]);
    expect(runs).toEqual([...Array<string>(5).fill('send-delivery-status retried'), 'send-delivery-status exhausted']);
    expect(outcomes()).toEqual([1, 2, 3, 4, 5, 6].map((attempt) => `${attempt} failed`));
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await log()).toEqual([
      {
        webhook_id: `delivery_status_${id}_delivered`,
        state: 'failed',
        attempts: 6,
        http_status: 500,
        problem: 'status',
      },
    ]);
  }, 60_000);

  it.each([301, 307, 400, 401, 404, 410, 422])('is not tried again after %i', async (status) => {
    const receiver = await aReceiver(status);
    await tell(app, service.id, receiver.url);
    await queueReceipt();
    await work();
    await queuesToBeEmpty(app.db);
    expect(receiver.received).toHaveLength(1);
    expect(await log()).toEqual([
      expect.objectContaining({ state: 'failed', attempts: 1, http_status: status, problem: 'status' }),
    ]);
  });

  it('is tried again without a connection and without an answer', async () => {
    const receiver = await aReceiver('hang');
    await tell(app, service.id, receiver.url);
    await queueReceipt();
    await tell(app, service.id, 'http://127.0.0.1:1/');
    await queueReceipt();
    const runs = await work({ timeoutMs: 100 });
    await waitFor(() => runs.length === 2);
    expect(outcomes().sort()).toEqual(['1 connection', '1 timeout']);
    expect((await log()).map(({ state, problem }) => `${String(state)} ${String(problem)}`).sort()).toEqual([
      'retrying connection',
      'retrying timeout',
    ]);
  });

  it('is not sent to an address that is not allowed (any more)', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url);
    await queueReceipt();
    const strict = await makeApp({ databaseUrl: app.databaseUrl, config: {} });
    const tasks = sendCallbackTasks({ ...strict, lanes: createEndpointLanes({ slots: 3 }) });
    await startTestWorker(strict, tasks, { queues: ['service-callbacks'] });
    await queuesToBeEmpty(app.db);
    expect(receiver.received).toEqual([]);
    expect(await log()).toEqual([expect.objectContaining({ state: 'failed', problem: 'blocked' })]);
  });

  it('to one URL that hangs slows no other down', async () => {
    const [hanging, quick] = [await aReceiver('hang'), await aReceiver()];
    const other = await aService(app);
    const otherTemplate = await aTemplate(app, other.id);
    await tell(app, service.id, hanging.url);
    await tell(app, other.id, quick.url);
    for (let count = 0; count < 40; count += 1) await queueReceipt();
    for (let count = 0; count < 40; count += 1) await queueReceipt({}, otherTemplate);
    await work({ timeoutMs: 60_000, slots: 6 });
    await waitFor(() => quick.received.length === 40);
    // All of it while the first two requests to the other are still under way.
    expect(hanging.received).toHaveLength(2);
    expect(new Set(outcomes())).toEqual(new Set(['1 delivered']));
  }, 40_000);
});

describe('the causes of callbacks', () => {
  it('a text that was received is told as it is when it is sent', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url, 'inbound_sms');
    await addInboundNumber(app, { number: '07700900999', provider: 'mmg', serviceId: service.id });
    const text = { to: '07700900999', from: '07900900123', content: 'Hello', providerReference: null };
    const { id } = await receiveTextMessage(app, { ...text, providerDate: null });
    await work();
    await queuesToBeEmpty(app.db);
    expect(receiver.received.map(({ body }) => body)).toEqual([
      `{"id": "${id}", "source_number": "447900900123", "destination_number": "07700900999", "message": "Hello", "date_received": "2026-03-10T12:00:00.000000Z"}`,
    ]);
  });

  it('a text that was received is not told when the callback is gone', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url, 'inbound_sms');
    await addInboundNumber(app, { number: '07700900999', provider: 'mmg', serviceId: service.id });
    const text = { to: '07700900999', from: '07900900123', content: 'Hello', providerReference: null };
    await receiveTextMessage(app, { ...text, providerDate: null });
    await removeCallback(app, { serviceId: service.id, callbackType: 'inbound_sms' });
    const runs = await work();
    await queuesToBeEmpty(app.db);
    expect({ runs, received: receiver.received, log: await log() }).toEqual({
      runs: ['send-inbound-sms done'],
      received: [],
      log: [],
    });
  });

  it('messages without a receipt for 72 hours are told as temporary-failure, each to its service', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url);
    const other = await aTemplate(app, (await aService(app)).id);
    const old = { status: 'sending', createdAt: '2026-03-07T11:00:00Z' } as const;
    await insertRows(app, template, { ...old, count: 3 });
    await insertRows(app, other, old);
    expect(await timeOutNotifications(app)).toBe(4);
    await work();
    await queuesToBeEmpty(app.db);
    expect(receiver.received.map(({ body }) => (JSON.parse(body) as { status: string }).status)).toEqual(
      Array(3).fill('temporary-failure'),
    );
  });

  it('complaints and returned letters are told', async () => {
    const [complaints, letters] = [await aReceiver(), await aReceiver()];
    await tell(app, service.id, complaints.url, 'complaint');
    await tell(app, service.id, letters.url, 'returned_letter');
    const { id } = await aNotification();
    const complaint = { id: app.ids.uuid(), serviceId: service.id, notificationId: id, complaintDate: clock.now() };
    const letter = { notificationId: id, serviceId: service.id, clientReference: 'ref', createdAt: clock.now() };
    const origin = { sentByEmailAddress: null, isPrecompiled: false, templateName: 'A', templateId: template.id };
    const file = { spreadsheetFileName: null, spreadsheetRowNumber: null, uploadLetterFileName: null };
    await app.db.transaction(async (tx) => {
      await queueComplaintCallback(app, tx, { ...complaint, clientReference: 'ref', to: 'a@example.com' });
      await queueReturnedLetterCallback(app, tx, { ...letter, ...origin, ...file, templateVersion: 1 });
    });
    await work();
    await queuesToBeEmpty(app.db);
    expect(complaints.received.map(({ body }) => body)).toEqual([
      `{"notification_id": "${id}", "complaint_id": "${complaint.id}", "reference": "ref", "to": "a@example.com", "complaint_date": "2026-03-10T12:00:00.000000Z"}`,
    ]);
    expect(letters.received.map(({ body }) => body)).toEqual([
      `{"notification_id": "${id}", "reference": "ref", "date_sent": "2026-03-10T12:00:00.000000Z", "sent_by": "API", "template_name": "A", "template_id": "${template.id}", "template_version": 1, "spreadsheet_file_name": null, "spreadsheet_row_number": null, "upload_letter_file_name": null}`,
    ]);
  });
});

describe('a replay', () => {
  const all = { types: callbackTypes, since: null, until: null, failedOnly: false, pageSize: 2 } as const;
  const replay = (changes: Partial<ReplayCallbacksInput> = {}): ReturnType<typeof replayCallbacks> =>
    replayCallbacks(app, { serviceId: service.id, ...all, ...changes });
  const none = { queued: 0, live: 0, superseded: 0, unconfigured: 0, gone: 0 };

  it('sends again what was given up, in order, and leaves alone what is still retried', async () => {
    const receiver = await aReceiver(400, 400, 400, 500, 200);
    await tell(app, service.id, receiver.url);
    await work({ slots: 1 });
    for (let count = 0; count < 4; count += 1) {
      clock.advance(1000);
      await queueReceipt();
      await waitFor(() => receiver.received.length === count + 1);
      await waitFor(async () => (await log()).length === count + 1);
    }
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void progress.push([done, total]);
    expect(await replay({ dryRun: true })).toMatchObject({ counts: { ...none, queued: 3, live: 1 }, isComplete: true });
    expect(receiver.received).toHaveLength(4);
    expect(await replay({ failedOnly: true, onProgress })).toMatchObject({ counts: { ...none, queued: 3 } });
    expect(progress).toEqual([
      [2, 3],
      [3, 3],
    ]);
    await waitFor(() => receiver.received.length === 7);
    await waitFor(async () => (await log()).filter(({ state }) => state === 'delivered').length === 3);
    const idsOf = (callbacks: typeof receiver.received): unknown[] =>
      callbacks.map(({ headers }) => headers['webhook-id']);
    expect(idsOf(receiver.received.slice(4)).sort()).toEqual(idsOf(receiver.received.slice(0, 3)).sort());
    expect(await replay({ failedOnly: true })).toMatchObject({ counts: none });
  });

  it('does nothing twice for what waits, and goes no further than it is let', async () => {
    const receiver = await aReceiver(400);
    await tell(app, service.id, receiver.url);
    for (let count = 0; count < 5; count += 1) {
      const { id } = await aNotification();
      clock.advance(1000);
      await app.db.query({
        text: `INSERT INTO callback_deliveries VALUES ($1, $2, 'delivery_status', $3, 'failed', 6, 500, 'status', $4, $4)`,
        values: [`delivery_status_${id}_delivered`, service.id, id, clock.now()],
      });
    }
    const controller = new AbortController();
    const interrupted = await replay({ signal: controller.signal, onProgress: () => controller.abort() });
    expect(interrupted).toEqual({
      counts: { ...none, queued: 2 },
      last: new Date('2026-03-10T12:00:02Z'),
      isComplete: false,
    });
    expect(await replay({ since: interrupted.last })).toMatchObject({ counts: { ...none, queued: 3, live: 1 } });
    expect(await replay()).toMatchObject({ counts: { ...none, live: 5 } });
    expect(await storedJobs(app.db)).toHaveLength(5);
  });

  it('says what cannot be told any more', async () => {
    await tell(app, service.id, 'https://example.gov.uk/');
    const changed = await aNotification({ status: 'permanent-failure' });
    const gone = app.ids.uuid();
    const rows = [
      [`delivery_status_${changed.id}_temporary-failure`, 'delivery_status', changed.id],
      [`delivery_status_${gone}_delivered`, 'delivery_status', gone],
      [`complaint_${gone}`, 'complaint', gone],
    ];
    for (const [webhookId, type, subjectId] of rows) {
      await app.db.query({
        text: `INSERT INTO callback_deliveries VALUES ($1, $2, $3, $4, 'failed', 6, 500, 'status', $5, $5)`,
        values: [webhookId, service.id, type, subjectId, clock.now()],
      });
    }
    expect((await replay()).counts).toEqual({ ...none, superseded: 1, gone: 1, unconfigured: 1 });
    expect((await replay({ types: ['complaint'] })).counts).toEqual({ ...none, unconfigured: 1 });
    expect((await replay({ until: clock.now() })).counts).toEqual(none);
    const other = await aService(app);
    expect((await replay({ serviceId: other.id })).counts).toEqual(none);
  });

  it('knows callbacks for seven days', async () => {
    const receiver = await aReceiver();
    await tell(app, service.id, receiver.url);
    await queueReceipt();
    await work();
    await queuesToBeEmpty(app.db);
    clock.advance(7 * 86_400_000);
    expect(await deleteOldCallbackDeliveries(app)).toBe(0);
    clock.advance(1);
    expect(await deleteOldCallbackDeliveries(app)).toBe(1);
    expect(await log()).toEqual([]);
  });
});
