/** Jobs in the queue, worked on by the product's own workers; and their daily limit, whatever Redis says. */
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utcDate } from '../../src/lib/core/london-time.ts';
import { processJob } from '../../src/lib/jobs/process-job.ts';
import type { JobStatus } from '../../src/lib/jobs/job.ts';
import { persistNotification } from '../../src/lib/notifications/persist-notification.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, readJob, smsRows } from '../support/job-files.ts';
import { useRedis } from '../support/redis.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const createApp = useTestApps();
const { redis, suite } = await useRedis();

async function statusesOf(app: TestApp, jobId: string): Promise<string[]> {
  const { rows } = await app.db.query<{ status: string }>({
    text: 'SELECT notification_status AS status FROM notifications WHERE job_id = $1 ORDER BY job_row_number',
    values: [jobId],
  });
  return rows.map(({ status }) => status);
}

describe('a worker', () => {
  it('hands on the rows of a queued job, and delivers them', async () => {
    const app = await createApp({ supervise: true });
    const { id: serviceId } = await aService(app);
    const content = 'phone number,name\n07900900001,Jo\nabc,Al\n07900900002,Bo\n';
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content });
    await app.runWorkers(['process-job', 'send-sms', 'retry', 'sms-callbacks']);
    const expected = 'delivered, validation-failed, delivered';
    await waitFor(async () => (await statusesOf(app, job.id)).join(', ') === expected, { what: expected });
    expect(await readJob(app, job.id)).toMatchObject({ status: 'finished' });
  });

  it('takes what the API was asked for before rows that have waited longer', async () => {
    const app = await createApp();
    const { id: serviceId } = await aService(app);
    const template = await aTemplate(app, serviceId);
    const job = await aFileJob(app, { template, content: smsRows(20) });
    await processJob(app, { jobId: job.id });
    const id = app.ids.uuid();
    await persistNotification(app, {
      notification: {
        id,
        serviceId,
        notificationType: 'sms',
        to: '07900900001',
        normalisedTo: '447900900001',
        templateId: template.id,
        templateVersion: 1,
        apiKeyId: null,
        keyType: 'normal',
        status: 'created',
        clientReference: null,
        personalisation: {},
        international: false,
        phonePrefix: '44',
        rateMultiplier: 1,
        replyToText: null,
        createdById: null,
        createdAt: app.clock.now(),
        unsubscribeLink: null,
      },
      processType: 'normal',
      requestId: null,
    });
    const [first] = await app.boss.fetch<{ subject: string }>('send-sms', { batchSize: 1 });
    expect(first!.data.subject).toBe(id);
  });
});

suite('the daily limit with Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
    client.on('error', () => undefined);
  });
  afterAll(() => client.disconnect());

  /** The status of a job of `rows` rows, where the service has stored 3 of 5 messages. */
  async function statusOf(app: TestApp, rows: number, copy: number | null): Promise<JobStatus> {
    const { id: serviceId } = await aService(app);
    await app.db.query({ text: 'UPDATE services SET sms_message_limit = 5 WHERE id = $1', values: [serviceId] });
    const template: Template = await aTemplate(app, serviceId);
    const before = await aFileJob(app, { template, content: smsRows(3) });
    await processJob(app, { jobId: before.id });
    const key = `${serviceId}-sms-${utcDate(app.clock.now())}-count`;
    if (copy !== null) {
      await waitFor(async () => (await client.get(key)) === '3', { what: 'the copy of the total' });
      await client.set(key, copy);
    }
    const job = await aFileJob(app, { template, content: smsRows(rows) });
    await processJob(app, { jobId: job.id });
    return (await readJob(app, job.id)).status;
  }

  it('is held against what is stored, not against a copy that is behind or ahead', async () => {
    const app = await createApp({ remember: true, config: { redisUrl: redis.url } });
    expect(await statusOf(app, 2, 100)).toBe('finished');
    expect(await statusOf(app, 3, 0)).toBe('sending limits exceeded');
  });

  it('holds while Redis is away', async ({ skip }) => {
    if (redis.server === null) skip();
    const app = await createApp({ remember: true, config: { redisUrl: redis.url } });
    await redis.server!.stop();
    try {
      expect(await statusOf(app, 2, null)).toBe('finished');
      expect(await statusOf(app, 3, null)).toBe('sending limits exceeded');
    } finally {
      await redis.server!.start();
    }
  });
});
