import { createSocket } from 'node:dgram';
import { afterEach, expect, it } from 'vitest';
import { listNotifications } from '../../src/lib/notifications/list-notifications.ts';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import { createStatsd, type Statsd } from '../../src/lib/observability/statsd.ts';
import { aService } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { createTestApp } from '../support/test-app.ts';
import { nextEvent, waitFor } from '../support/wait.ts';

const releasers: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

async function aServer(): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet) => lines.push(...packet.toString().split('\n').filter(Boolean)));
  socket.bind(0, '127.0.0.1');
  await nextEvent(socket, 'listening');
  releasers.push(() => void socket.close());
  return { port: socket.address().port, lines };
}

async function connect(
  host: string,
  port: number,
  now?: () => number,
): Promise<{ statsd: Statsd; log: ReturnType<typeof createLogCapture> }> {
  const log = createLogCapture();
  const statsd = await createStatsd({
    host,
    port,
    prefix: 'notifications.api.',
    logger: log.logger,
    ...(now !== undefined && { now }),
  });
  releasers.push(() => statsd.close());
  return { statsd, log };
}

it('measurements arrive under the prefix, as statsd reads them', async () => {
  const { port, lines } = await aServer();
  const { statsd } = await connect('127.0.0.1', port);
  statsd.count('POST.v2_notifications.post_notification.201');
  statsd.timing('tasks.deliver_sms', 12.5);
  statsd.gauge('slow-delivery.mmg.delivered-within-minutes.5.ratio', 0.25);
  await waitFor(() => lines.length === 3, { what: 'three measurements' });
  expect(lines).toEqual([
    'notifications.api.POST.v2_notifications.post_notification.201:1|c',
    'notifications.api.tasks.deliver_sms:12.5|ms',
    'notifications.api.slow-delivery.mmg.delivered-within-minutes.5.ratio:0.25|g',
  ]);
});

it('what is left is sent when the process ends', async () => {
  const { port, lines } = await aServer();
  const { statsd } = await connect('127.0.0.1', port);
  statsd.count('last');
  await statsd.close();
  await waitFor(() => lines.length === 1, { what: 'the last measurement' });
});

it('a server that is not there is no concern of the work', async () => {
  const { port, lines } = await aServer();
  for (const release of releasers.splice(0)) await release();
  const { statsd } = await connect('127.0.0.1', port);
  for (let index = 0; index < 100; index += 1) statsd.count('nobody.listens');
  await statsd.close();
  expect(lines).toEqual([]);
});

it('a host name that cannot be looked up is told once, and left alone for 15 seconds', async () => {
  let now = 0;
  const { statsd, log } = await connect('statsd.invalid', 8125, () => now);
  // Larger than a packet: it is looked up at once.
  const name = 'x'.repeat(1500);
  statsd.count(name);
  await waitFor(() => log.lines('warn').length === 1, { what: 'the warning' });
  statsd.count(name);
  now = 70_000;
  statsd.count(name);
  await waitFor(() => log.lines('warn').length === 2, { what: 'the second warning' });
  expect(log.lines('warn')[0]).toMatchObject({
    msg: 'Measurements could not be sent to statsd; work goes on without it',
  });
});

it('an app with a statsd server tells of its statements, also of those in transactions', async () => {
  const { port, lines } = await aServer();
  const app = await createTestApp({ remember: true, config: { statsdHost: '127.0.0.1', statsdPort: port } });
  try {
    const { id: serviceId } = await aService(app);
    await Promise.all([
      findNotification(app.db, app.secretBox, app.ids.uuid()),
      app.db.transaction((tx) => findNotification(tx, app.secretBox, app.ids.uuid())),
    ]);
    const everything = { types: [], statuses: [], keyType: null, clientReference: null, to: null, olderThan: null };
    await listNotifications(app, { ...everything, serviceId, includeJobs: true, limit: 10 });
  } finally {
    await app.close();
  }
  const names = (): string[] => lines.map((line) => line.replace(/:[\d.]+\|/, ' '));
  await waitFor(() => names().filter((name) => name.startsWith('notifications.api.dao.')).length >= 6);
  expect(
    names()
      .filter((name) => name.includes('.dao.'))
      .sort(),
  ).toEqual([
    ...Array<string>(2).fill('notifications.api.dao.get_notification_by_id c'),
    ...Array<string>(2).fill('notifications.api.dao.get_notification_by_id ms'),
    'notifications.api.dao.get_notifications_for_service c',
    'notifications.api.dao.get_notifications_for_service ms',
  ]);
});
