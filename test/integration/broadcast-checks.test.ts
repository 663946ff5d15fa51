/** Whether broadcasts may be sent, sending by hand, and link tests; on the real queue, to networks that are played. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { BroadcastEvent, BroadcastEventType } from '../../src/lib/broadcasts/broadcast-event.ts';
import { insertBroadcastEvent } from '../../src/lib/broadcasts/broadcast-event-repository.ts';
import type { BroadcastMessage } from '../../src/lib/broadcasts/broadcast-message.ts';
import { sendProviderMessageJob } from '../../src/lib/broadcasts/broadcast-jobs.ts';
import type { BroadcastProvider, ProviderMessageStatus } from '../../src/lib/broadcasts/provider-message.ts';
import { broadcastProviders } from '../../src/lib/broadcasts/provider-message.ts';
import { sendNow } from '../../src/lib/broadcasts/send-now.ts';
import { showBroadcastProgress } from '../../src/lib/broadcasts/show-broadcast.ts';
import { testLinks } from '../../src/lib/broadcasts/test-links.ts';
import { createTestClock } from '../server/test-clock.ts';
import { enqueueJobs } from '../support/builders.ts';
import { makeJobsDue, queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import {
  aBroadcastTeam,
  aDraft,
  anApproved,
  nextAttempt,
  payloadsTo,
  progressOf,
  useStubNetworks,
  type BroadcastTeam,
} from './broadcasts.ts';

const networks = await useStubNetworks();
const clock = createTestClock('2026-03-10T12:00:00Z');
const config = { broadcastTransport: 'http', broadcastRoutes: networks.routes, broadcastTimeout: 1 } as const;
const makeApp = useTestApps({ clock, supervise: true, config });

let app: TestApp;
let team: BroadcastTeam;

beforeEach(async () => {
  clock.set('2026-03-10T12:00:00Z');
  app = await makeApp();
  team = await aBroadcastTeam(app);
});

async function work(of = app): Promise<void> {
  await of.runWorkers(['broadcasts']);
}

const progress = (message: { id: string }) => progressOf(app, team, message);

const payloads = (provider: BroadcastProvider) => payloadsTo(networks, provider);

/** An event with what there is for a network: null = no provider message. */
type Earlier = readonly [
  sentAt: string,
  type: BroadcastEventType,
  status: ProviderMessageStatus | null,
  finishesAt?: string,
];

describe('whether an event may be sent', () => {
  let message: BroadcastMessage;
  const on = '2026-01-01T';

  beforeEach(async () => {
    clock.set(`${on}12:00:00Z`);
    message = await aDraft(app, team);
  });

  async function anEvent(
    [sentAt, type, status, finishesAt = '23:59']: Earlier,
    provider: BroadcastProvider,
  ): Promise<BroadcastEvent> {
    const event: BroadcastEvent = {
      id: app.ids.uuid(),
      serviceId: team.serviceId,
      broadcastMessageId: message.id,
      sentAt: new Date(`${on}${sentAt}:00Z`),
      messageType: type,
      transmittedContent: { body: 'Flood' },
      transmittedAreas: message.areas,
      transmittedSender: 'broadcasts@notifications.service.gov.uk',
      transmittedStartsAt: null,
      transmittedFinishesAt: new Date(`${on}${finishesAt}:00Z`),
    };
    await insertBroadcastEvent(app.db, event);
    if (status !== null) await aProviderMessage(event, provider, status);
    return event;
  }

  async function aProviderMessage(
    { id }: BroadcastEvent,
    provider: BroadcastProvider,
    status: ProviderMessageStatus,
  ): Promise<void> {
    await app.db.query({
      text: `INSERT INTO broadcast_provider_message (id, broadcast_event_id, provider, status, created_at) VALUES ($1, $2, $3, $4, $5)`,
      values: [app.ids.uuid(), id, provider, status, clock.now()],
    });
  }

  const again =
    'You must ensure that the other event sends succesfully, then manually kick off this event again by re-running send_broadcast_provider_message for this event and provider.';
  const cannot = (reason: string) => (own: BroadcastEvent) =>
    `Cannot send broadcast_event ${own.id} to provider ee: ${reason}`;
  const after = (problem: string) => (own: BroadcastEvent, previous: BroadcastEvent) =>
    `Cannot send ${own.id}. Previous event ${previous.id} (type ${previous.messageType}) ${problem}\n${again}`;
  const unfinished = (status: string) =>
    after(`has not finished sending to provider ee yet.\nIt is currently in status "${status}".`);

  // The event that is sent, and, for those that are refused, the one that is in its way.
  const cases: [
    name: string,
    events: readonly Earlier[],
    sent: number,
    refusal: ((own: BroadcastEvent, previous: BroadcastEvent) => string) | null,
    blocking?: number,
  ][] = [
    [
      'has expired',
      [['00:00', 'alert', null, '11:59']],
      0,
      cannot('The expiry time of 2026-01-01 11:59:00 has already passed'),
    ],
    ['has not expired', [['00:00', 'alert', null, '12:01']], 0, null],
    ['expires now', [['00:00', 'alert', null, '12:00']], 0, null],
    [
      'comes after one that is being sent',
      [
        ['00:00', 'alert', 'returned-ack'],
        ['05:00', 'update', 'sending'],
        ['07:00', 'cancel', null],
      ],
      2,
      unfinished('sending'),
      1,
    ],
    [
      'comes after one that was not begun',
      [
        ['00:00', 'alert', 'returned-ack'],
        ['05:00', 'update', null],
        ['07:00', 'cancel', null],
      ],
      2,
      after('has no provider_message for provider ee yet.'),
      1,
    ],
    [
      'comes before one that was not begun',
      [
        ['00:00', 'alert', null],
        ['10:00', 'cancel', null],
      ],
      0,
      null,
    ],
    [
      'comes after one that failed',
      [
        ['00:00', 'alert', 'returned-error'],
        ['10:00', 'cancel', null],
      ],
      1,
      unfinished('returned-error'),
      0,
    ],
    [
      'comes after one that was stopped',
      [
        ['00:00', 'alert', 'technical-failure'],
        ['10:00', 'cancel', null],
      ],
      1,
      unfinished('technical-failure'),
      0,
    ],
    [
      'comes after one that was acknowledged',
      [
        ['00:00', 'alert', 'returned-ack'],
        ['10:00', 'cancel', null],
      ],
      1,
      null,
    ],
    ['was begun', [['00:00', 'alert', 'sending']], 0, null],
    ['failed', [['00:00', 'alert', 'returned-error']], 0, null],
    ['was acknowledged', [['00:00', 'alert', 'returned-ack']], 0, cannot('It is in status returned-ack')],
    ['was stopped', [['00:00', 'alert', 'technical-failure']], 0, cannot('It is in status technical-failure')],
    [
      'is an update',
      [
        ['00:00', 'alert', 'returned-ack'],
        ['10:00', 'update', null],
      ],
      1,
      cannot('broadcast updates are not enabled'),
    ],
  ];

  it.each(cases)('that %s', async (_, earlier, sent, refusal, blocking = 0) => {
    const events: BroadcastEvent[] = [];
    for (const event of earlier) events.push(await anEvent(event, 'ee'));
    const own = events[sent]!;
    const before = await progress(message);
    await work();
    await enqueueJobs(app, sendProviderMessageJob({ broadcastEventId: own.id, provider: 'ee' }));
    await queuesToBeEmpty(app.db);
    if (refusal === null) {
      expect(payloads('ee')).toHaveLength(1);
      expect((await progress(message))[sent]).toEqual({ ee: 'returned-ack' });
      return;
    }
    expect(payloads('ee')).toEqual([]);
    expect(await progress(message)).toEqual(before);
    const shown = await showBroadcastProgress(app, { serviceId: team.serviceId, id: message.id });
    const { records } = shown.find(({ event }) => event.id === own.id)!;
    expect(records.map(({ errorDetail }) => errorDetail)).toEqual([{ message: refusal(own, events[blocking]!) }]);
    // It is not tried again.
    expect((await storedJobs(app.db)).filter(({ attempt }) => attempt > 1)).toEqual([]);
  });

  it('is decided for each network alone', async () => {
    const alert = await anEvent(['00:00', 'alert', 'returned-ack'], 'ee');
    await aProviderMessage(alert, 'o2', 'sending');
    const cancel = await anEvent(['10:00', 'cancel', null], 'ee');
    await expect(sendNow(app, { broadcastEventId: cancel.id, provider: 'ee' })).resolves.toMatchObject({
      route: 'primary',
    });
    await expect(sendNow(app, { broadcastEventId: cancel.id, provider: 'o2' })).rejects.toMatchObject({
      code: 'BROADCAST_NOT_SENT',
      message: expect.stringContaining('has not finished sending to provider o2 yet.') as string,
    });
  });

  it.each([
    ['UPDATE services SET active = false, restricted = true', 'the service is suspended'],
    ['UPDATE services SET restricted = true', 'the service is not live'],
    ['UPDATE broadcast_message SET stubbed = true', 'the broadcast message is stubbed'],
  ])('after %s', async (change, reason) => {
    const event = await anEvent(['00:00', 'alert', 'returned-ack', '11:00'], 'ee');
    await app.db.query(change);
    await expect(sendNow(app, { broadcastEventId: event.id, provider: 'ee' })).rejects.toMatchObject({
      message: cannot(reason)(event),
    });
  });

  it('is asked again at every attempt', async () => {
    networks.setScenario('ee', null, { answer: 'error' });
    const event = await anEvent(['00:00', 'alert', null], 'ee');
    await enqueueJobs(app, sendProviderMessageJob({ broadcastEventId: event.id, provider: 'ee' }));
    await work();
    await waitFor(async () => (await progress(message))[0]?.['ee'] === 'returned-error');
    await app.db.query('UPDATE services SET active = false');
    networks.reset();
    await nextAttempt(app, 2);
    await queuesToBeEmpty(app.db);
    expect(payloads('ee')).toEqual([]);
  });

  it('sends updates where they are enabled', async () => {
    const other = await makeApp({ databaseUrl: app.databaseUrl, config: { ...config, broadcastUpdates: 'on' } });
    await anEvent(['00:00', 'alert', 'returned-ack'], 'ee');
    const update = await anEvent(['10:00', 'update', null], 'ee');
    await sendNow(other, { broadcastEventId: update.id, provider: 'ee' });
    expect(payloads('ee')).toMatchObject([{ message_type: 'update', description: 'Flood', references: [{}] }]);
  });
});

describe('sending by hand', () => {
  it('leaves what a network does not take to the queue', async () => {
    networks.setScenario('ee', null, { answer: 'error' });
    const { event } = await anApproved(app, team);
    await app.db.query(`DELETE FROM pgboss.job WHERE name = 'broadcasts'`);
    const sending = sendNow(app, { broadcastEventId: event!.id, provider: 'ee' });
    await expect(sending).rejects.toMatchObject({ code: 'PROVIDER_FAILED', hint: 'The queue tries it again.' });
    networks.reset();
    await makeJobsDue(app.db);
    await work();
    await queuesToBeEmpty(app.db);
    expect(payloads('ee')).toHaveLength(1);
  });

  it('of an event that is not there is not found', async () => {
    const broadcastEventId = app.ids.uuid();
    await expect(sendNow(app, { broadcastEventId, provider: 'ee' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('link tests', () => {
  it('go to primary and failover, each on its own, with numbers of the one sequence', async () => {
    networks.setScenario('vodafone', 'primary', { answer: 'error', status: 500 });
    const results = await testLinks(app, 'vodafone');
    expect(results).toMatchObject([
      { route: 'primary', problem: 'the answer was 500' },
      { route: 'failover', problem: null },
    ]);
    const sent = payloads('vodafone');
    expect(sent).toHaveLength(2);
    expect(sent).toMatchObject([
      { message_type: 'test', message_format: 'ibag', sent: '2026-03-10T12:00:00+00:00' },
      { message_type: 'test' },
    ]);
    expect(sent.map(({ message_number: number }) => number as string).sort()).toEqual(['00000001', '00000002']);
    expect(new Set(sent.map(({ identifier }) => identifier as string)).size).toBe(2);
    expect((await app.db.query('SELECT FROM broadcast_provider_message')).rowCount).toBe(0);
    await anApproved(app, team);
    await work();
    await queuesToBeEmpty(app.db);
    expect(payloads('vodafone').at(-1)).toMatchObject({ message_number: '00000003' });
  });

  it('run by the schedule for every enabled network', async () => {
    await enqueueJobs(app, { queue: 'periodic', task: 'trigger-link-tests', args: {}, subject: 'schedule' });
    await app.runWorkers(['periodic', 'broadcasts']);
    await waitFor(() => networks.received.length === 8);
    await queuesToBeEmpty(app.db);
    expect(networks.received.map(({ provider, route }) => `${provider} ${route}`).sort()).toEqual(
      broadcastProviders.flatMap((provider) => [`${provider} failover`, `${provider} primary`]).sort(),
    );
    const metric = await app.metrics.registry.getSingleMetricAsString('notify_broadcast_link_tests_total');
    expect(metric).toContain('{provider="ee",route="failover",outcome="acknowledged"} 1');
  });
});
