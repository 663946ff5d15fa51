import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceNotification, type NotificationTrace } from '../../src/lib/notifications/trace-notification.ts';
import { recordReceipt } from '../../src/lib/receipts/record-receipt.ts';
import { createTestClock, type TestClock } from '../server/test-clock.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import {
  accept,
  aSender,
  liveJobs,
  useFakeEmailProvider,
  useFakeSmsProvider,
  whenStatus,
  type Sender,
} from './delivery.ts';

let clock: TestClock;
let app: TestApp;
let sender: Sender;

beforeEach(async () => {
  clock = createTestClock('2026-03-10T12:00:00Z');
  app = await createTestApp({ supervise: true, clock });
  sender = await aSender(app);
});

afterEach(async () => {
  await app.close();
});

function trace(notificationId: string): Promise<NotificationTrace> {
  return traceNotification(app, { notificationId });
}

/** Steps without the dates, as `12:00:01 step: detail`. */
function linesOf({ steps }: NotificationTrace): string[] {
  return steps.map(({ at, step, detail }) => `${at.toISOString().slice(11, 19)} ${step}: ${detail}`);
}

/** Waits until the job for this attempt waits in the retry queue; its time is told by the queue. */
async function whenRetrying(id: string, attempt: number): Promise<void> {
  await waitFor(async () => {
    const [job] = await liveJobs(app, id);
    return job?.queue === 'retry' && job.attempt === attempt && job.state === 'created';
  });
}

describe('the life of a message', () => {
  it('begins with its being accepted, and its job comes next', async () => {
    const id = await accept(app, sender);
    const { notification, next, ...rest } = await trace(id);
    expect(notification).toMatchObject({ id, status: 'created' });
    expect(linesOf({ notification, next, ...rest })).toEqual([
      `12:00:00 accepted: sms with a normal key, template ${sender.sms.id} version 1; stored together with its delivery job`,
    ]);
    expect(next).toMatch(/^deliver_sms is due at 2\d{3}-\S+Z \(attempt 1, queue send-sms\)$/);
  });

  it('shows failed attempts with their errors and the time of the next, the handing over and the end', async () => {
    const provider = await useFakeSmsProvider(app);
    provider.answer = () => {
      clock.advance(1000);
      throw new Error(`Gateway timeout ${provider.messages.length}`);
    };
    const id = await accept(app, sender);
    await app.runWorkers(['send-sms']);
    await whenRetrying(id, 2);
    expect((await trace(id)).next).toMatch(/^deliver_sms is due at \S+Z \(attempt 2, queue retry\)$/);
    await app.runWorkers(['retry']);
    await whenRetrying(id, 3);

    const failing = await trace(id);
    expect(linesOf(failing).slice(1)).toEqual([
      '12:00:01 attempt failed: attempt: 1, error: Gateway timeout 1, retry_in_seconds: 0',
      '12:00:02 attempt failed: attempt: 2, error: Gateway timeout 2, retry_in_seconds: 300',
    ]);
    const due = /^deliver_sms is due at (\S+Z) \(attempt 3, queue retry\)$/.exec(failing.next!)![1]!;
    const [job] = await liveJobs(app, id);
    expect(job!.delay).toBe(300);
    // The queue keeps the time of the database, which the test does not set.
    const waits = (Date.parse(due) - Date.now()) / 1000;
    expect(waits).toBeGreaterThan(240);
    expect(waits).toBeLessThanOrEqual(301);

    provider.answer = () => {
      clock.advance(1000);
      return { reference: null, verdict: null };
    };
    await makeJobsDue(app.db);
    await whenStatus(app, id, 'sending');
    await waitFor(async () => (await trace(id)).next === null);
    clock.advance(1000);
    await recordReceipt(app, { notificationId: id, type: 'sms', status: 'delivered', provider: 'mmg' });
    const over = await trace(id);
    expect(linesOf(over).slice(3)).toEqual([
      '12:00:03 handed over: taken by provider mmg',
      '12:00:04 delivered: status is now delivered',
    ]);
    expect(over.next).toBeNull();
  });

  it('shows the reference that an email got', async () => {
    const provider = await useFakeEmailProvider(app);
    provider.answer = () => ({ reference: 'ses-7', verdict: null });
    const id = await accept(app, sender, { type: 'email' });
    await app.runWorkers(['send-email']);
    await whenStatus(app, id, 'sending');
    expect(linesOf(await trace(id))).toContain('12:00:00 handed over: taken by provider ses under reference ses-7');
  });

  it('shows receipts that changed nothing', async () => {
    await useFakeSmsProvider(app);
    const id = await accept(app, sender);
    await app.runWorkers(['send-sms']);
    await whenStatus(app, id, 'sending');
    for (const status of ['delivered', 'permanent-failure'] as const) {
      clock.advance(1000);
      await recordReceipt(app, { notificationId: id, type: 'sms', status, provider: 'mmg' });
    }
    expect(linesOf(await trace(id)).slice(1)).toEqual([
      '12:00:00 handed over: taken by provider mmg',
      '12:00:01 delivered: status is now delivered',
      '12:00:02 receipt ignored: status: permanent-failure, provider: mmg, kept: delivered',
    ]);
  });

  it('ends where it was given up, with the reason', async () => {
    await app.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [sender.service.id] });
    const id = await accept(app, sender);
    await app.runWorkers(['send-sms']);
    await whenStatus(app, id, 'technical-failure');
    expect(linesOf(await trace(id)).slice(1)).toEqual([
      `12:00:00 gave up: reason: Send sms for notification id ${id} to provider is not allowed: service ${sender.service.id} is inactive`,
      '12:00:00 technical-failure: status is now technical-failure',
    ]);
  });

  it('of a test key says that nothing was sent', async () => {
    const id = await accept(app, sender, { keyType: 'test', to: '07700900002' });
    expect((await trace(id)).next).toMatch(/^deliver_sms is due at \S+ \(attempt 1, queue research-mode\)$/);
    await app.runWorkers(['research-mode']);
    await whenStatus(app, id, 'permanent-failure');
    expect(linesOf(await trace(id))).toEqual([
      `12:00:00 accepted: sms with a test key, template ${sender.sms.id} version 1; stored together with its delivery job`,
      '12:00:00 handed over: not sent, as the key is a test key; would have gone to provider sandbox',
      '12:00:00 permanent-failure: status is now permanent-failure',
    ]);
  });

  it('of a text abroad ends with the handing over where no receipts come', async () => {
    const id = await accept(app, sender, { to: '+1 201 555 0123' });
    await app.runWorkers(['send-sms', 'sms-callbacks']);
    await whenStatus(app, id, 'sent');
    await waitFor(async () => (await trace(id)).next === null);
    expect(linesOf(await trace(id)).slice(1)).toEqual(['12:00:00 handed over: taken by provider sandbox']);
  });

  it('tells of a job that runs, and of the receipt that is still to be recorded', async () => {
    const provider = await useFakeSmsProvider(app);
    const running = Promise.withResolvers<string | null>();
    const id = await accept(app, sender);
    provider.answer = async () => {
      running.resolve((await trace(id)).next);
      return { reference: null, verdict: 'delivered' };
    };
    await app.runWorkers(['send-sms']);
    expect(await running.promise).toBe('deliver_sms is running (attempt 1, queue send-sms)');
    await waitFor(async () => (await trace(id)).next?.startsWith('process-sms-client-response is due at '));
  });

  it('of a message that is not there is not found', async () => {
    const id = app.ids.uuid();
    await expect(trace(id)).rejects.toMatchObject({ code: 'NOT_FOUND', message: `No notification has the id '${id}'` });
  });
});
