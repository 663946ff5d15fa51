import { describe, expect, it } from 'vitest';
import { checkInboundNumbers } from '../../src/lib/inbound/check-inbound-numbers.ts';
import type { Statement } from '../../src/lib/db/database.ts';
import { checkFailureRates } from '../../src/lib/notifications/check-failure-rates.ts';
import { readDeliverySpeeds } from '../../src/lib/notifications/delivery-speed-repository.ts';
import { measureSmsDelivery } from '../../src/lib/notifications/measure-sms-delivery.ts';
import { aService } from '../support/builders.ts';
import { createLogCapture, type LogLine } from '../support/log-capture.ts';
import { useTestApps, type TestApp, type TestAppOptions } from '../support/test-app.ts';

const apps = useTestApps();
const minute = 60_000;

async function anApp(
  options: TestAppOptions = {},
): Promise<{ app: TestApp; alerts: () => LogLine[]; advance: (ms: number) => void }> {
  let at = Date.parse('2026-01-31T12:00:00Z');
  const log = createLogCapture();
  const app = await apps({ clock: { now: () => new Date(at) }, logger: log.logger, ...options });
  return {
    app,
    alerts: () => log.lines('error').filter(({ alert }) => alert !== undefined),
    advance: (ms) => void (at += ms),
  };
}

interface Sent {
  readonly by?: string;
  readonly status?: string;
  readonly took?: number;
  readonly count: number;
  readonly serviceId?: string;
  readonly to?: string;
  readonly keyType?: string;
}

async function wereSent(app: TestApp, ...groups: readonly Sent[]): Promise<void> {
  const now = app.clock.now();
  for (const { by = 'mmg', status = 'delivered', took = 0, count, serviceId, to, keyType = 'normal' } of groups) {
    await app.db.query({
      text: `INSERT INTO notifications (id, "to", normalised_to, service_id, template_id, template_version, key_type,
          notification_type, created_at, sent_at, sent_by, updated_at, notification_status)
        SELECT gen_random_uuid(), '-', $7, $6, gen_random_uuid(), 1, $1, 'sms', $2, $2, $3, $4, $5
        FROM generate_series(1, $8)`,
      values: [
        keyType,
        new Date(now.getTime() - took * minute),
        by,
        now,
        status,
        serviceId ?? app.ids.uuid(),
        to ?? '447900900123',
        count,
      ],
    });
  }
}

async function ratios(app: TestApp): Promise<Record<string, number>> {
  const { values } = await app.metrics.slowDeliveryRatio.get();
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.provider} ${labels.minutes}`, value]));
}

describe('the statistics of delivery', () => {
  it('tell how much of each active provider, and of all, took 1, 5 and 10 minutes', async () => {
    const { app } = await anApp();
    await app.db.query(`UPDATE provider_details SET active = identifier IN ('mmg', 'firetext')`);
    await wereSent(
      app,
      { took: 0, count: 5 },
      { took: 2, count: 2 },
      { took: 6, count: 2, status: 'sending' },
      { took: 11, count: 1, status: 'pending' },
      { by: 'gone', took: 6, count: 10 },
      { took: 20, count: 50 },
    );
    await measureSmsDelivery(app);
    expect(await ratios(app)).toEqual({
      'mmg 1': 0.5,
      'mmg 5': 0.3,
      'mmg 10': 0.1,
      'all 1': 0.75,
      'all 5': 0.65,
      'all 10': 0.05,
    });
  });

  it('read two ranges of indexes, not the table', async () => {
    const { app } = await anApp();
    await wereSent(app, { took: 1, count: 10 });
    await app.db.query(`INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type,
        notification_type, created_at, sent_at, sent_by, updated_at, notification_status)
      SELECT gen_random_uuid(), '-', gen_random_uuid(), gen_random_uuid(), 1, 'normal', 'sms',
        '2026-01-30T12:00:00', '2026-01-30T12:00:00', 'mmg', '2026-01-30T12:00:00', 'delivered'
      FROM generate_series(1, 5000)`);
    await app.db.query('ANALYZE notifications');
    const now = app.clock.now();
    const plans: string[] = [];
    const explaining = {
      async query(statement: Statement): Promise<never> {
        const { text, values } = statement as { text: string; values: unknown[] };
        const { rows } = await app.db.query({ text: `EXPLAIN (FORMAT JSON) ${text}`, values });
        plans.push(JSON.stringify(rows));
        return { rows: [] } as never;
      },
    };
    await readDeliverySpeeds(explaining, { since: new Date(now.getTime() - 15 * minute), now });
    expect(plans).toHaveLength(1);
    expect(plans[0]).toContain('notifications_delivered_sms_idx');
    expect(plans[0]).toContain('notifications_open_idx');
    expect(plans[0]).not.toContain('Seq Scan');
  });
});

describe('the alert of slow delivery', () => {
  const slow: Sent[] = [
    { took: 0, count: 90 },
    { took: 6, count: 10, status: 'sending' },
  ];

  async function passMinutes(
    { app, advance }: Awaited<ReturnType<typeof anApp>>,
    count: number,
    sent: readonly Sent[],
  ): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await app.db.query('TRUNCATE notifications');
      await wereSent(app, ...sent);
      await measureSmsDelivery(app);
      // A tick that is run twice is counted once.
      await measureSmsDelivery(app);
      advance(minute);
    }
  }

  it('comes in the tenth bad minute in a row, once, and again after a good one', async () => {
    const setting = await anApp({ config: { slowDeliveryAlert: 'on' } });
    await passMinutes(setting, 9, slow);
    expect(setting.alerts()).toEqual([]);
    await passMinutes(setting, 1, slow);
    expect(setting.alerts()).toMatchObject([
      {
        alert: 'slow-sms-delivery',
        command: 'notify providers list',
        msg: 'Text messages have been slow for 10 minutes: 10 of 100 took 5 minutes or longer',
      },
    ]);
    await passMinutes(setting, 5, slow);
    expect(setting.alerts()).toHaveLength(1);
    // Nothing is known of a minute without traffic.
    await passMinutes(setting, 1, []);
    await passMinutes(setting, 1, [{ took: 0, count: 91 }, slow[1]!]);
    await passMinutes(setting, 10, slow);
    expect(setting.alerts()).toHaveLength(2);
    expect((await setting.app.metrics.alerts.get()).values).toMatchObject([
      { labels: { alert: 'slow-sms-delivery' }, value: 2 },
    ]);
  });

  it('is off by default', async () => {
    const setting = await anApp();
    await passMinutes(setting, 12, slow);
    expect(setting.alerts()).toEqual([]);
  });
});

describe('the check of failures', () => {
  it.each<[string, { failed: number; delivered: number; keyType?: string; live?: boolean }, boolean]>([
    ['a quarter of ten thousand', { failed: 2500, delivered: 7500 }, true],
    ['less than a quarter', { failed: 2499, delivered: 7501 }, false],
    ['fewer than ten thousand', { failed: 9999, delivered: 0 }, false],
    ['a test key', { failed: 10_000, delivered: 0, keyType: 'test' }, false],
    ['a service on trial', { failed: 10_000, delivered: 0, live: false }, false],
  ])('%s', async (_name, { failed, delivered, keyType = 'normal', live = true }, isAlert) => {
    const { app, alerts } = await anApp();
    const { id: serviceId } = await aService(app, { live });
    await wereSent(app, { count: failed, status: 'permanent-failure', serviceId, keyType });
    await wereSent(app, { count: delivered, serviceId, keyType });
    await checkFailureRates(app);
    expect(alerts()).toMatchObject(
      isAlert
        ? [
            {
              alert: 'high-failure-rate',
              command: `notify notifications list --service ${serviceId} --type sms --status permanent-failure`,
              serviceId,
              total: 10_000,
              permanentFailures: 2500,
            },
          ]
        : [],
    );
  });

  it.each<[number, boolean]>([
    [500, false],
    [501, true],
  ])('%i messages to television numbers', async (count, isAlert) => {
    const { app, alerts } = await anApp();
    const { id: serviceId } = await aService(app);
    await wereSent(app, { count, serviceId, to: '447700900456' }, { count: 10, serviceId, to: '447700901456' });
    await wereSent(app, { count: 10, serviceId, to: '447700900456', took: 25 * 60 });
    await checkFailureRates(app);
    expect(alerts()).toMatchObject(
      isAlert
        ? [{ alert: 'sending-to-tv-numbers', command: `notify services show ${serviceId}`, toTelevision: count }]
        : [],
    );
  });
});

describe('the check of inbound numbers', () => {
  it.each<[number, boolean]>([
    [0, false],
    [50, true],
    [51, false],
  ])('%i free ones', async (free, isAlert) => {
    const { app, alerts } = await anApp();
    await app.db.query({
      text: `INSERT INTO inbound_numbers (id, number, provider, active, created_at)
        SELECT gen_random_uuid(), '07700' || (900000 + i), 'mmg', i <= $1, now() FROM generate_series(1, $1::int + $2::int) AS i`,
      values: [free, free === 0 ? 0 : 5],
    });
    await checkInboundNumbers(app);
    expect(alerts()).toMatchObject(
      isAlert
        ? [
            {
              alert: 'low-inbound-numbers',
              command: 'notify inbound-numbers list',
              msg: 'There are only 50 inbound numbers available for services',
            },
          ]
        : [],
    );
  });
});
