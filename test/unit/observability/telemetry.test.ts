import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/lib/observability/metrics.ts';
import type { Statsd } from '../../../src/lib/observability/statsd.ts';
import { createTelemetry, type Telemetry } from '../../../src/lib/observability/telemetry.ts';

function watched(): { telemetry: Telemetry; sent: string[]; metrics: ReturnType<typeof createMetrics> } {
  const sent: string[] = [];
  const statsd: Statsd = {
    count: (name, by = 1) => void sent.push(by === 1 ? `${name} c` : `${name} ${by} c`),
    timing: (name, ms) => void sent.push(`${name} ${ms} ms`),
    gauge: (name, value) => void sent.push(`${name} ${value} g`),
    close: async () => undefined,
  };
  const metrics = createMetrics();
  return { telemetry: createTelemetry({ metrics, statsd }), sent, metrics };
}

const request = { method: 'POST', route: '/v2/notifications/sms', operation: 'sendSms', status: 201, ms: 12 };
const message = { type: 'sms', keyType: 'normal', highVolume: false, ms: 40 } as const;

it.each<[string, (telemetry: Telemetry) => void, string[]]>([
  [
    'a request',
    (telemetry) => telemetry.requestAnswered(request),
    ['POST.v2_notifications.post_notification.201 c', 'POST.v2_notifications.post_notification.201 12 ms'],
  ],
  [
    'a request of version 1',
    (telemetry) => telemetry.requestAnswered({ ...request, operation: 'v1SendEmail', status: 400 }),
    ['POST.notifications.send_notification.400 c', 'POST.notifications.send_notification.400 12 ms'],
  ],
  ['a path that is not there', (telemetry) => telemetry.requestAnswered({ ...request, operation: undefined }), []],
  [
    'a name that every object has',
    (telemetry) => telemetry.requestAnswered({ ...request, operation: 'constructor' }),
    [],
  ],
  [
    'a finished task',
    (telemetry) => telemetry.taskRan({ task: 'deliver_sms', queue: 'send-sms', outcome: 'done', ms: 7 }),
    ['tasks.deliver_sms c', 'tasks.deliver_sms 7 ms', 'celery.send-sms.deliver_sms.success 7 ms'],
  ],
  [
    "a task under the seeds' name",
    (telemetry) =>
      telemetry.taskRan({ task: 'timeout-sending-notifications', queue: 'periodic', outcome: 'done', ms: 7 }),
    [
      'tasks.timeout_notifications c',
      'tasks.timeout_notifications 7 ms',
      'celery.periodic.timeout-sending-notifications.success 7 ms',
    ],
  ],
  [
    'a provider that answered',
    (telemetry) => telemetry.providerRequested({ provider: 'mmg', outcome: 'failed', ms: 250 }),
    ['clients.mmg.raw-request-time 250 ms'],
  ],
  [
    'a statement about a batch',
    (telemetry) => telemetry.statementRan({ name: 'insert_notifications', ms: 3, rows: 25 }),
    ['dao.dao_create_notification 25 c', 'dao.dao_create_notification 3 ms'],
  ],
  [
    'a statement that finds nothing',
    (telemetry) => telemetry.statementRan({ name: 'find_notification_of_service', ms: 1, rows: 0 }),
    ['dao.get_notification_by_id c', 'dao.get_notification_by_id 1 ms'],
  ],
  [
    'a batch that changes nothing',
    (telemetry) => telemetry.statementRan({ name: 'write_receipt_moves', ms: 1, rows: 0 }),
    [],
  ],
  [
    'a statement that changes a notification',
    (telemetry) => telemetry.statementRan({ name: 'update_notification_status_sentAt', ms: 1, rows: 1 }),
    ['dao.dao_update_notification c', 'dao.dao_update_notification 1 ms'],
  ],
  ['another statement', (telemetry) => telemetry.statementRan({ name: 'find_service', ms: 1, rows: 1 }), []],
  [
    'a task that is tried again',
    (telemetry) => telemetry.taskRan({ task: 'deliver_sms', queue: 'retry', outcome: 'retried', ms: 7 }),
    ['celery.retry.deliver_sms.retry 7 ms'],
  ],
  [
    'a task that failed for good',
    (telemetry) => telemetry.taskRan({ task: 'deliver_sms', queue: 'retry', outcome: 'exhausted', ms: 7 }),
    ['celery.retry.deliver_sms.failure c'],
  ],
  [
    'a provider that answered',
    (telemetry) => telemetry.providerAnswered({ provider: 'mmg', succeeded: true, ms: 30 }),
    ['clients.mmg.success c', 'clients.mmg.request-time 30 ms'],
  ],
  [
    'a provider that failed',
    (telemetry) => telemetry.providerAnswered({ provider: 'mmg', succeeded: false, ms: 30 }),
    ['clients.mmg.error c', 'clients.mmg.request-time 30 ms'],
  ],
  [
    'a text message',
    (telemetry) => telemetry.messageSent(message),
    ['sms.total-time 40 ms', 'sms.live-key.total-time 40 ms', 'sms.live-key.not-high-volume.total-time 40 ms'],
  ],
  [
    'an email of a high-volume service',
    (telemetry) => telemetry.messageSent({ ...message, type: 'email', highVolume: true }),
    ['email.live-key.total-time 40 ms', 'email.live-key.high-volume.total-time 40 ms'],
  ],
  [
    'a message of a test key',
    (telemetry) => telemetry.messageSent({ ...message, keyType: 'test' }),
    ['sms.total-time 40 ms', 'sms.test-key.total-time 40 ms'],
  ],
  [
    'an accepted receipt',
    (telemetry) =>
      telemetry.receiptAccepted({ provider: 'mmg', status: 'delivered', elapsedMs: 900, phonePrefix: '33' }),
    ['callback.mmg.delivered c', 'callback.mmg.delivered.elapsed-time 900 ms', 'international-sms.delivered.33 c'],
  ],
  [
    'slow delivery of one provider',
    (telemetry) => telemetry.slowDelivery({ provider: 'mmg', minutes: 5, ratio: 0.25 }),
    ['slow-delivery.mmg.delivered-within-minutes.5.ratio 0.25 g'],
  ],
  [
    'slow delivery of all',
    (telemetry) => telemetry.slowDelivery({ provider: null, minutes: 10, ratio: 0 }),
    ['slow-delivery.sms.delivered-within-minutes.10.ratio 0 g'],
  ],
  ['no traffic', (telemetry) => telemetry.slowDelivery({ provider: 'mmg', minutes: 1, ratio: null }), []],
])('statsd hears of %s', (_name, tell, expected) => {
  const { telemetry, sent } = watched();
  tell(telemetry);
  expect(sent).toEqual(expected);
});

it('tells Prometheus of the same', async () => {
  const { telemetry, metrics } = watched();
  telemetry.requestAnswered(request);
  telemetry.requestAnswered(request);
  telemetry.taskRan({ task: 'deliver_sms', queue: 'send-sms', outcome: 'done', ms: 7 });
  telemetry.providerAnswered({ provider: 'mmg', succeeded: true, ms: 30 });
  telemetry.slowDelivery({ provider: 'mmg', minutes: 5, ratio: 0.25 });
  telemetry.slowDelivery({ provider: 'firetext', minutes: 5, ratio: 0.5 });
  telemetry.slowDelivery({ provider: 'firetext', minutes: 5, ratio: null });
  const text = await metrics.registry.metrics();
  for (const line of [
    'notify_http_request_seconds_count{method="POST",route="/v2/notifications/sms",status="201"} 2',
    'notify_task_runs_total{task="deliver_sms",outcome="done"} 1',
    'notify_provider_request_seconds_count{provider="mmg",outcome="success"} 1',
    'notify_slow_delivery_ratio{provider="mmg",minutes="5"} 0.25',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('notify_slow_delivery_ratio{provider="firetext"');
});

it.each([
  'insert_notifications',
  'note_sent',
  'write_receipt_moves',
  'find_notification_by_reference',
  'find_notification',
  'find_notifications',
  'find_notification_of_service',
  'list_notifications_of_service',
])('the statement %s is there, by that name', async (name) => {
  const folder = join(import.meta.dirname, '../../../src/lib/notifications');
  const files = (await readdir(folder)).filter((file) => file.endsWith('-repository.ts'));
  const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  expect(sources.some((source) => source.includes(`'${name}'`))).toBe(true);
});
