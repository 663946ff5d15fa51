import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/core/errors.ts';
import { deliverEmail } from '../../src/lib/notifications/deliver-email.ts';
import { deliverSms } from '../../src/lib/notifications/deliver-sms.ts';
import { createLogCapture, type LogCapture } from '../support/log-capture.ts';
import { makeJobsDue, storedJobs } from '../support/queue-probe.ts';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts';
import { createSignal, waitFor } from '../support/wait.ts';
import {
  accept,
  activateOnly,
  aSender,
  eventsOf,
  liveJobs,
  read,
  useFakeEmailProvider,
  useFakeSmsProvider,
  whenStatus,
} from './delivery.ts';

const apps: TestApp[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function anApp(options: TestAppOptions = {}): Promise<{ app: TestApp; log: LogCapture }> {
  const log = createLogCapture();
  const app = await createTestApp({ supervise: true, logger: log.logger, ...options });
  apps.push(app);
  return { app, log };
}

const context = { requestId: null };

function messagesOf(log: LogCapture, level: string): string[] {
  return log.lines(level).map(({ msg }) => msg);
}

describe('a provider that throws', () => {
  const rows: ['sms' | 'email', number[]][] = [
    ['sms', [0, 300, 300]],
    ['email', [300, 300, 300]],
  ];
  for (const [type, delays] of rows) {
    it(`makes ${type} wait in the retry queue, by its schedule`, async () => {
      const { app } = await anApp();
      const sender = await aSender(app);
      const provider = await (type === 'sms' ? useFakeSmsProvider(app) : useFakeEmailProvider(app));
      provider.answer = () => Promise.reject(new Error('Gateway timeout'));
      const id = await accept(app, sender, { type, text: 'x'.repeat(200) });
      await app.runWorkers([type === 'sms' ? 'send-sms' : 'send-email']);
      for (const [index, delay] of delays.entries()) {
        const attempt = index + 2;
        const [job, ...others] = await waitFor(async () => {
          const jobs = await liveJobs(app, id);
          return jobs[0]?.attempt === attempt ? jobs : null;
        });
        expect(others).toEqual([]);
        expect(job).toMatchObject({
          queue: 'retry',
          task: `deliver_${type}`,
          args: { notificationId: id },
          delay,
          requestId: 'trace-1',
        });
        if (index === 0) await app.runWorkers(['retry']);
        // Only this one: the next attempt may be queued already.
        await makeJobsDue(app.db, job!.id);
      }
      const notification = await read(app, id);
      expect(notification).toMatchObject({ status: 'created', sentAt: null, sentBy: null });
      expect(notification.billableUnits).toBe(type === 'sms' ? 2 : 0);
      expect((await eventsOf(app, id))[0]).toMatchObject({
        event: 'attempt failed',
        detail: { attempt: 1, error: 'Gateway timeout', code: null, retry_in_seconds: delays[0] },
      });
    });
  }

  it('gets the message again, and it is sent when the provider is back', async () => {
    const { app } = await anApp({ config: { retrySchedules: { deliver_sms: { maxRetries: 5, delays: [0] } } } });
    const sender = await aSender(app);
    const provider = await useFakeSmsProvider(app);
    provider.answer = () => {
      if (provider.messages.length < 3) throw new AppError('PROVIDER_FAILED', 'no');
      return { reference: null, verdict: 'delivered' };
    };
    const id = await accept(app, sender);
    await app.runWorkers(['send-sms', 'retry', 'sms-callbacks']);
    expect(await whenStatus(app, id, 'delivered')).toMatchObject({ sentBy: 'mmg' });
    expect(provider.messages).toHaveLength(3);
    expect(new Set(provider.messages.map(({ notificationId }) => notificationId))).toEqual(new Set([id]));
  });

  for (const [type, providerTask] of [
    ['sms', 'send_sms_to_provider'],
    ['email', 'send_email_to_provider'],
  ] as const) {
    it(`for good ends ${type} as technical-failure after 48 retries`, async () => {
      const { app, log } = await anApp({
        config: { retrySchedules: { [`deliver_${type}`]: { maxRetries: 48, delays: [0] } } },
      });
      const sender = await aSender(app);
      const provider = await (type === 'sms' ? useFakeSmsProvider(app) : useFakeEmailProvider(app));
      provider.answer = () => Promise.reject(new AppError('PROVIDER_FAILED', 'Not today'));
      const id = await accept(app, sender, { type });
      await app.runWorkers(['send-sms', 'send-email', 'retry']);
      const failed = await whenStatus(app, id, 'technical-failure');
      expect(provider.messages).toHaveLength(49);
      expect(failed).toMatchObject({ sentAt: null, sentBy: null, billableUnits: type === 'sms' ? 1 : 0 });
      const message = `RETRY FAILED: Max retries reached. The task ${providerTask} failed for notification ${id}. Notification has been updated to technical-failure`;
      await waitFor(() => messagesOf(log, 'error').includes(message));
      expect(messagesOf(log, 'error').filter((line) => line === message)).toHaveLength(1);
      await waitFor(async () => (await liveJobs(app, id)).length === 0);
      expect(await storedJobs(app.db)).toHaveLength(49);
      const events = await eventsOf(app, id);
      expect(events).toHaveLength(50);
      expect(events.at(-2)).toMatchObject({
        event: 'attempt failed',
        detail: { attempt: 49, error: 'Not today', code: 'PROVIDER_FAILED', retry_in_seconds: null },
      });
      expect(events.at(-1)).toMatchObject({ event: 'gave up', detail: { reason: message } });
    });
  }
});

describe('a provider that refuses for good', () => {
  const refusal = new AppError('PROVIDER_REFUSED', 'No such mailbox');

  it('ends an email as technical-failure at once, and the task is done', async () => {
    const { app } = await anApp();
    const sender = await aSender(app);
    const provider = await useFakeEmailProvider(app);
    provider.answer = () => Promise.reject(refusal);
    const id = await accept(app, sender, { type: 'email' });
    await app.runWorkers(['send-email', 'retry']);
    expect(await whenStatus(app, id, 'technical-failure')).toMatchObject({ sentAt: null, reference: null });
    await waitFor(async () => (await liveJobs(app, id)).length === 0);
    expect(provider.messages).toHaveLength(1);
    expect(await eventsOf(app, id)).toMatchObject([{ event: 'gave up', detail: { reason: 'No such mailbox' } }]);
  });

  it('gets a text again', async () => {
    const { app } = await anApp();
    const sender = await aSender(app);
    const provider = await useFakeSmsProvider(app);
    provider.answer = () => Promise.reject(refusal);
    const id = await accept(app, sender);
    await app.runWorkers(['send-sms']);
    await waitFor(async () => (await liveJobs(app, id))[0]?.queue === 'retry');
    expect(await read(app, id)).toMatchObject({ status: 'created' });
  });
});

describe('what is not there is tried again', () => {
  it('a notification', async () => {
    const { app } = await anApp();
    const id = app.ids.uuid();
    for (const type of ['sms', 'email']) {
      const job = {
        queue: `send-${type}` as 'send-sms',
        task: `deliver_${type}`,
        args: { notificationId: id },
        subject: id,
      };
      await app.db.transaction((tx) => app.queue.enqueue(tx, [job]));
    }
    await app.runWorkers(['send-sms', 'send-email']);
    const jobs = await waitFor(async () => {
      const live = await liveJobs(app, id);
      return live.length === 2 && live.every(({ queue }) => queue === 'retry') ? live : null;
    });
    expect(jobs.map(({ task, attempt }) => `${task} ${attempt}`).sort()).toEqual(['deliver_email 2', 'deliver_sms 2']);
  });

  for (const [type, message] of [
    ['sms', 'No active sms providers'],
    ['email', 'No active email providers'],
  ] as const) {
    it(`an active provider of ${type}`, async () => {
      const { app } = await anApp();
      const sender = await aSender(app);
      await app.runWorkers([`send-${type}`]);
      await activateOnly(app, type, null);
      const id = await accept(app, sender, { type });
      await waitFor(async () => (await liveJobs(app, id))[0]?.queue === 'retry');
      expect(await eventsOf(app, id)).toMatchObject([{ detail: { error: message, code: 'PROVIDER_MISSING' } }]);
      expect(await read(app, id)).toMatchObject({ status: 'created' });
    });
  }

  it('a provider for other countries', async () => {
    const { app } = await anApp();
    const sender = await aSender(app);
    const provider = await useFakeSmsProvider(app);
    await app.db.query(`UPDATE provider_details SET supports_international = false WHERE identifier = 'mmg'`);
    const abroad = await accept(app, sender, { to: '+33 6 12 34 56 78' });
    await expect(deliverSms(app, { notificationId: abroad }, context)).rejects.toThrow('No active sms providers');
    const home = await accept(app, sender);
    await deliverSms(app, { notificationId: home }, context);
    expect(provider.messages.map(({ notificationId }) => notificationId)).toEqual([home]);
  });
});

describe('an inactive service', () => {
  for (const type of ['sms', 'email'] as const) {
    for (const keyType of ['normal', 'test'] as const) {
      it(`makes ${type} of a ${keyType} key a technical-failure at once, without a retry`, async () => {
        const { app, log } = await anApp();
        const sender = await aSender(app);
        const id = await accept(app, sender, { type, keyType });
        await app.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [sender.service.id] });
        await app.runWorkers(['send-sms', 'send-email', 'research-mode']);
        await whenStatus(app, id, 'technical-failure');
        await waitFor(async () => (await liveJobs(app, id)).length === 0);
        const message = `Send ${type} for notification id ${id} to provider is not allowed: service ${sender.service.id} is inactive`;
        expect(messagesOf(log, 'error')).toEqual([message]);
        expect(await eventsOf(app, id)).toMatchObject([{ event: 'gave up', detail: { reason: message } }]);
        expect((await storedJobs(app.db)).filter(({ queue }) => queue === 'retry')).toEqual([]);
      });
    }
  }

  it('does not change what was sent before', async () => {
    const { app } = await anApp();
    const sender = await aSender(app);
    await useFakeSmsProvider(app);
    await useFakeEmailProvider(app);
    const sms = await accept(app, sender);
    const email = await accept(app, sender, { type: 'email' });
    await deliverSms(app, { notificationId: sms }, context);
    await deliverEmail(app, { notificationId: email }, context);
    await app.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [sender.service.id] });
    await deliverSms(app, { notificationId: sms }, context);
    await deliverEmail(app, { notificationId: email }, context);
    for (const id of [sms, email]) expect(await read(app, id)).toMatchObject({ status: 'sending' });
  });
});

describe('a process that stops', () => {
  it('hands over what is under way before it lets go of its providers', async () => {
    const app = await createTestApp({ supervise: true });
    const sender = await aSender(app);
    const provider = await useFakeEmailProvider(app);
    const started = createSignal();
    const released = createSignal();
    const steps: string[] = [];
    provider.answer = async () => {
      started.resolve();
      await released.promise;
      steps.push('sent');
      return { reference: 'ses-1', verdict: null };
    };
    provider.close = () => void steps.push('closed');
    await app.runWorkers(['send-email']);
    await accept(app, sender, { type: 'email' });
    await started.promise;
    const closed = app.close();
    released.resolve();
    await closed;
    expect(steps).toEqual(['sent', 'closed']);
  });
});
