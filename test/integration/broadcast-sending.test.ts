/** Sending broadcasts on the real queue, to networks that are played. */
import { beforeEach, describe, expect, it } from 'vitest';
import { sendEventJob, sendProviderMessageJob } from '../../src/lib/broadcasts/broadcast-jobs.ts';
import type { BroadcastProvider } from '../../src/lib/broadcasts/provider-message.ts';
import { broadcastProviders } from '../../src/lib/broadcasts/provider-message.ts';
import { sendNow } from '../../src/lib/broadcasts/send-now.ts';
import { sendProviderMessage } from '../../src/lib/broadcasts/send-provider-message.ts';
import { showBroadcastProgress } from '../../src/lib/broadcasts/show-broadcast.ts';
import { createTestClock } from '../server/test-clock.ts';
import { enqueueJobs } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { letWorkersDie, makeJobsDue, queuesToBeEmpty } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import {
  aBroadcastTeam,
  anApproved,
  move,
  nextAttempt,
  payloadsTo,
  progressOf,
  useStubNetworks,
  type BroadcastTeam,
} from './broadcasts.ts';

const networks = await useStubNetworks();
const clock = createTestClock('2026-03-10T12:00:00Z');
let log = createLogCapture();
const config = { broadcastTransport: 'http', broadcastRoutes: networks.routes, broadcastTimeout: 1 } as const;
const makeApp = useTestApps({ clock, supervise: true, config });

let app: TestApp;
let team: BroadcastTeam;

beforeEach(async () => {
  clock.set('2026-03-10T12:00:00Z');
  log = createLogCapture();
  app = await makeApp({ logger: log.logger });
  team = await aBroadcastTeam(app);
});

async function work(of = app): Promise<void> {
  await of.runWorkers(['broadcasts']);
}

const progress = (message: { id: string }) => progressOf(app, team, message);

async function historyOf(message: { id: string }, provider: BroadcastProvider): Promise<string[]> {
  const events = await showBroadcastProgress(app, { serviceId: team.serviceId, id: message.id });
  return events.flatMap(({ records }) =>
    records.filter((record) => record.provider === provider).map(({ status }) => status),
  );
}

const payloads = (provider: BroadcastProvider) => payloadsTo(networks, provider);

const alerts = (): unknown[] =>
  log.lines().flatMap(({ alert, command }) => (alert === 'broadcast-not-sent' ? [command] : []));

describe('an approved broadcast', () => {
  it('goes to all four networks, each in its format and with an identifier of its own', async () => {
    const { message, event } = await anApproved(app, team, {
      source: { content: '  Flood at Pŵll…  ', reference: 'flood-7' },
    });
    await work();
    await queuesToBeEmpty(app.db);
    expect(await progress(message)).toEqual([
      { ee: 'returned-ack', vodafone: 'returned-ack', three: 'returned-ack', o2: 'returned-ack' },
    ]);
    const common = {
      message_type: 'alert',
      headline: 'GOV.UK Emergency Alert',
      description: 'Flood at Pŵll...',
      areas: [
        {
          polygon: [
            [51.12, -1.2],
            [51.12, 1.2],
            [51.74, 1.2],
            [51.12, -1.2],
          ],
        },
      ],
      sent: '2026-03-10T12:00:00-00:00',
      expires: '2026-03-11T10:30:00-00:00',
      channel: 'severe',
    };
    for (const provider of ['ee', 'three', 'o2'] as const) {
      const identifier = expect.any(String) as string;
      expect(payloads(provider)).toEqual([{ ...common, message_format: 'cap', identifier, language: 'cy-GB' }]);
    }
    expect(payloads('vodafone')).toEqual([
      {
        ...common,
        message_format: 'ibag',
        identifier: expect.any(String) as string,
        message_number: '00000001',
        language: 'Welsh',
      },
    ]);
    const identifiers = networks.received.map(({ body }) => (JSON.parse(body) as { identifier: string }).identifier);
    expect(new Set([...identifiers, event!.id]).size).toBe(5);
    expect(
      networks.received.every(({ route, contentType }) => route === 'primary' && contentType === 'application/json'),
    ).toBe(true);
    expect(await historyOf(message, 'ee')).toEqual(['sending', 'returned-ack']);
  });

  it('goes only to networks that are enabled, and of these to the one of its service', async () => {
    const other = await makeApp({
      databaseUrl: app.databaseUrl,
      config: { ...config, broadcastProviders: ['ee', 'o2'] },
    });
    await anApproved(app, team);
    const only = await aBroadcastTeam(app, { provider: 'o2' });
    await anApproved(app, only);
    const none = await aBroadcastTeam(app, { provider: 'three' });
    await anApproved(app, none);
    await work(other);
    await queuesToBeEmpty(app.db);
    expect(networks.received.map(({ provider }) => provider).sort()).toEqual(['ee', 'o2', 'o2']);
  });

  it('is sent by the failover, with the same payload, when the primary fails in whatever way', async () => {
    networks.setScenario('ee', 'primary', { answer: 'error', status: 500 });
    networks.setScenario('o2', 'primary', { answer: 'close' });
    networks.setScenario('three', 'primary', { answer: 'hang' });
    networks.setScenario('vodafone', 'primary', { answer: 'error', status: 302 });
    const { message } = await anApproved(app, team);
    await work();
    await queuesToBeEmpty(app.db);
    expect(Object.values((await progress(message))[0]!)).toEqual(Array<string>(4).fill('returned-ack'));
    for (const provider of broadcastProviders) {
      const received = networks.received.filter((document) => document.provider === provider);
      expect(received.map(({ route }) => route)).toEqual(['primary', 'failover']);
      expect(received[0]!.body).toBe(received[1]!.body);
    }
  });

  it('is repeated without end while a network fails, later each time, as the same document', async () => {
    networks.setScenario('vodafone', null, { answer: 'error', status: 503 });
    const { message } = await anApproved(app, team);
    await work();
    const delays: number[] = [];
    for (let attempt = 2; attempt <= 10; attempt += 1) delays.push(await nextAttempt(app, attempt));
    const recover = (): void => networks.setScenario('vodafone', null, {});
    delays.push(await nextAttempt(app, 11, recover));
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
    await queuesToBeEmpty(app.db);
    expect((await progress(message))[0]).toMatchObject({ vodafone: 'returned-ack' });
    const sent = payloads('vodafone');
    expect(new Set(sent.map((payload) => JSON.stringify(payload))).size).toBe(1);
    expect(sent[0]).toMatchObject({ message_number: '00000001' });
    expect((await app.db.query('SELECT FROM broadcast_provider_message_number')).rowCount).toBe(1);
    expect(await historyOf(message, 'vodafone')).toEqual([
      'sending',
      ...Array<string>(10).fill('returned-error'),
      'returned-ack',
    ]);
    const [{ error_detail: detail }] = (
      await app.db.query(
        `SELECT error_detail FROM broadcast_provider_message_history WHERE status = 'returned-error' LIMIT 1`,
      )
    ).rows as [{ error_detail: unknown }];
    expect(detail).toEqual({
      message:
        'The network vodafone did not take the document (primary: the answer was 503; failover: the answer was 503)',
    });
  }, 60_000);

  it('is given up once it has expired', async () => {
    networks.setScenario('ee', null, { answer: 'error' });
    const { event } = await anApproved(app, team);
    await work();
    await waitFor(() => networks.received.length === 5);
    clock.set('2026-03-11T10:30:00.001Z');
    await nextAttempt(app, 2);
    await queuesToBeEmpty(app.db);
    expect(networks.received).toHaveLength(5);
    expect(alerts()).toEqual([`notify broadcasts send --event ${event!.id} --provider ee`]);
  });

  it('is not sent again to a network whose document an operator has stopped', async () => {
    networks.setScenario('o2', null, { answer: 'error' });
    const { message } = await anApproved(app, team);
    await work();
    await waitFor(async () => (await progress(message))[0]?.['o2'] === 'returned-error');
    await app.db.query(`UPDATE broadcast_provider_message SET status = 'technical-failure' WHERE provider = 'o2'`);
    await nextAttempt(app, 2);
    await queuesToBeEmpty(app.db);
    expect(payloads('o2')).toHaveLength(2);
    expect((await progress(message))[0]).toMatchObject({ o2: 'technical-failure' });
  });

  it('keeps the brake that an operator sets while an attempt is under way', async () => {
    networks.setScenario('o2', null, { answer: 'error', latency: 200 });
    const { message } = await anApproved(app, team);
    await work();
    await waitFor(() => payloads('o2').length === 1);
    await app.db.query(`UPDATE broadcast_provider_message SET status = 'technical-failure' WHERE provider = 'o2'`);
    await nextAttempt(app, 2);
    await queuesToBeEmpty(app.db);
    expect((await progress(message))[0]).toMatchObject({ o2: 'technical-failure' });
    expect(payloads('o2')).toHaveLength(2);
  });

  it('makes nothing where no transport is configured', async () => {
    const other = await makeApp({ databaseUrl: app.databaseUrl, config: { broadcastTransport: 'off' } });
    const { message } = await anApproved(app, team);
    await work(other);
    await queuesToBeEmpty(app.db);
    expect(await progress(message)).toEqual([{}]);
    expect(networks.received).toEqual([]);
  });
});

describe('a worker that is killed', () => {
  it('leaves its send to another one, which gives the network the same document', async () => {
    networks.setScenario('vodafone', null, { answer: 'hang' });
    const { message } = await anApproved(app, team);
    await work();
    await waitFor(() => payloads('vodafone').length === 1);
    // What the dead worker held is free when its time is over.
    await letWorkersDie(app);
    await app.db.query(`UPDATE broadcast_provider_message SET claimed_until = LOCALTIMESTAMP - interval '1 second'`);
    networks.setScenario('vodafone', null, {});
    const other = await makeApp({ databaseUrl: app.databaseUrl });
    await work(other);
    await waitFor(async () => (await progress(message))[0]?.['vodafone'] === 'returned-ack');
    expect(new Set(payloads('vodafone').map((payload) => JSON.stringify(payload))).size).toBe(1);
  });

  it('holds nobody up for longer than its own attempt could have taken', async () => {
    const { event } = await anApproved(app, team, {});
    networks.setScenario('ee', null, { answer: 'hang' });
    const first = sendProviderMessage(app, { broadcastEventId: event!.id, provider: 'ee' }).catch(() => null);
    await waitFor(() => payloads('ee').length === 1);
    const second = await sendProviderMessage(app, { broadcastEventId: event!.id, provider: 'ee' });
    expect(second).toEqual({ kind: 'busy', seconds: expect.any(Number) as number });
    expect((second as { seconds: number }).seconds).toBeLessThanOrEqual(12);
    await first;
  });

  it('does not end a broadcast when it dies again and again', async () => {
    const { event } = await anApproved(app, team);
    await app.db.query(`DELETE FROM pgboss.job WHERE name = 'broadcasts'`);
    const args = { broadcastEventId: event!.id, provider: 'ee' } as const;
    await enqueueJobs(app, { ...sendProviderMessageJob(args), queue: 'broadcasts' });
    await app.db.query(`UPDATE pgboss.job SET state = 'active', retry_count = retry_limit, started_on = now(),
      heartbeat_on = now() - interval '1 hour' WHERE name = 'broadcasts'`);
    await letWorkersDie(app);
    await work();
    await waitFor(async () => {
      await makeJobsDue(app.db);
      return payloads('ee').length === 1;
    });
  });
});

describe('two workers', () => {
  it('never give a network the same document at the same time', async () => {
    const other = await makeApp({ databaseUrl: app.databaseUrl });
    for (const provider of broadcastProviders) networks.setScenario(provider, null, { latency: 150 });
    const { event } = await anApproved(app, team);
    const tries = [app, other, app, other, other].map((of) =>
      sendProviderMessage(of, { broadcastEventId: event!.id, provider: 'vodafone' }),
    );
    const outcomes = (await Promise.all(tries)).map(({ kind }) => kind).sort();
    expect(outcomes).toEqual(['acknowledged', 'busy', 'busy', 'busy', 'busy']);
    expect(payloads('vodafone')).toHaveLength(1);
    await Promise.all([work(), work(other)]);
    await queuesToBeEmpty(app.db);
    expect(networks.received.map(({ provider }) => provider).sort()).toEqual(['ee', 'o2', 'three', 'vodafone']);
  });

  it('share out an event once, however often it is told', async () => {
    const { event } = await anApproved(app, team);
    await work();
    await queuesToBeEmpty(app.db);
    await enqueueJobs(app, sendEventJob(event!));
    await queuesToBeEmpty(app.db);
    expect(networks.received).toHaveLength(4);
  });
});

describe('a cancellation', () => {
  it('refers to every earlier document of the network, with its time and number', async () => {
    const { message } = await anApproved(app, team);
    await work();
    await queuesToBeEmpty(app.db);
    const alertsOf = { ee: payloads('ee')[0], vodafone: payloads('vodafone')[0] };
    clock.set('2026-03-10T13:00:00.250Z');
    await move(app, team, message, 'cancelled', team.author);
    await queuesToBeEmpty(app.db);
    const sent = '2026-03-10T12:00:00.000000Z';
    expect(payloads('ee')[1]).toEqual({
      message_type: 'cancel',
      message_format: 'cap',
      identifier: expect.any(String) as string,
      sent: '2026-03-10T13:00:00-00:00',
      references: [{ message_id: alertsOf.ee.identifier, sent }],
    });
    expect(payloads('vodafone')[1]).toMatchObject({
      message_number: '00000002',
      references: [{ message_id: alertsOf.vodafone.identifier, message_number: '00000001', sent }],
    });
    expect(await progress(message)).toEqual(
      Array<object>(2).fill({
        ee: 'returned-ack',
        vodafone: 'returned-ack',
        three: 'returned-ack',
        o2: 'returned-ack',
      }),
    );
  });

  it('never overtakes its alert, whoever is slow, and is not lost: each network that has it is told', async () => {
    for (const provider of ['ee', 'o2'] as const) networks.setScenario(provider, null, { answer: 'error' });
    const { message } = await anApproved(app, team);
    await work();
    await waitFor(async () => {
      const [event = {}] = await progress(message);
      return event['ee'] === 'returned-error' && event['o2'] === 'returned-error' && event['three'] === 'returned-ack';
    });
    const { event: cancel } = await move(app, team, message, 'cancelled', team.author);
    await waitFor(() => alerts().length === 2);
    expect(alerts().sort()).toEqual(
      ['ee', 'o2'].map((provider) => `notify broadcasts send --event ${cancel!.id} --provider ${provider}`),
    );
    await waitFor(async () => {
      const [, event = {}] = await progress(message);
      return event['three'] === 'returned-ack' && event['vodafone'] === 'returned-ack';
    });
    expect((await progress(message))[1]).toEqual({ three: 'returned-ack', vodafone: 'returned-ack' });

    networks.reset();
    await makeJobsDue(app.db);
    await queuesToBeEmpty(app.db);
    for (const provider of ['ee', 'o2'] as const) {
      await sendNow(app, { broadcastEventId: cancel!.id, provider });
      expect(payloads(provider).map(({ message_type: type }) => type as string)).toEqual(['alert', 'cancel']);
    }
    expect((await progress(message))[1]).toEqual(
      Object.fromEntries(broadcastProviders.map((provider) => [provider, 'returned-ack'])),
    );
    expect(await historyOf(message, 'ee')).toEqual([
      'sending',
      'returned-error',
      'returned-ack',
      'refused',
      'sending',
      'returned-ack',
    ]);
  });

  it('of the same moment as its alert still refers to it', async () => {
    const { message } = await anApproved(app, team);
    await move(app, team, message, 'cancelled', team.author);
    const { rows } = await app.db.query<{ sent_at: Date }>('SELECT sent_at FROM broadcast_event ORDER BY sent_at');
    expect(rows.map(({ sent_at: at }) => at.toISOString())).toEqual([
      '2026-03-10T12:00:00.000Z',
      '2026-03-10T12:00:00.001Z',
    ]);
  });
});
