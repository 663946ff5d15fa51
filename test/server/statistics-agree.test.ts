/**
 * A fortnight in which the clocks go forward (28 March 2027), played with a driven clock: messages come at all hours, end in
 * some way, are counted at night and go into the history. At every look all statistics, and what is counted for billing,
 * have to say what really happened.
 * The days lie ahead of the real clock, so that Redis holds them from their beginning.
 */
import { expect, it } from 'vitest';
import { billableStatuses } from '../../src/lib/billing/billing-fact.ts';
import { createNightlyBilling, updateBillingForToday } from '../../src/lib/billing/run-billing-schedule.ts';
import { addDays, londonDate, type CalendarDate } from '../../src/lib/core/london-time.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { applyRetention } from '../../src/lib/retention/apply-retention.ts';
import { setDataRetention } from '../../src/lib/retention/set-data-retention.ts';
import { createNightlyFacts } from '../../src/lib/statistics/rebuild-status-facts.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { startTestServer, useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { callApi } from './api.ts';
import { internalSecrets, internalToken } from './internal-api.ts';
import { seededRandom, type Random } from './random.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const { redis, suite } = await useRedis();
const createApp = useTestApps({ remember: true });
const first = '2027-03-20';
const days = 14;
const outcomes: readonly NotificationStatus[] = ['delivered', 'delivered', 'permanent-failure', 'cancelled', 'sending'];

interface Message {
  readonly id: string;
  readonly templateId: string;
  readonly type: 'sms' | 'email';
  readonly day: CalendarDate;
  status: NotificationStatus;
  /** Fragments of a text that has ended. */
  units: number;
}

interface Play {
  readonly app: TestApp;
  readonly clock: TestClock;
  readonly random: Random;
  readonly serviceId: string;
  /** Sends one, of a live key or a test key. */
  send(): Promise<void>;
  /** What the clock brought about in the last days. */
  readonly messages: Message[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- compared with what is expected
  get(path: string): Promise<any>;
}

async function begin(redisUrl: string | null): Promise<Play> {
  const clock = createTestClock(`${first}T12:00:00Z`);
  const random = seededRandom(20_270_328);
  const app = await createApp({ clock, config: { redisUrl, internalClients: { 'notify-admin': internalSecrets } } });
  const { id: serviceId } = await aService(app);
  await setDataRetention(app, { serviceId, notificationType: 'sms', daysOfRetention: 2 });
  const templates: Template[] = [];
  for (const templateType of ['sms', 'sms', 'email'] as const) {
    templates.push(await aTemplate(app, serviceId, { templateType }));
  }
  const keys = { live: (await anApiKey(app, serviceId)).text, test: '' };
  keys.test = (await anApiKey(app, serviceId, { keyType: 'test' })).text;
  const { url } = await startTestServer(app);
  const messages: Message[] = [];
  return {
    ...{ app, clock, random, serviceId, messages },
    async send() {
      const template = random.pick(templates);
      const isTest = random.chance(0.1);
      const to = template.templateType === 'sms' ? { phone_number: '07900900123' } : { email_address: 'a@example.com' };
      const { status, json } = await callApi(
        url,
        `/v2/notifications/${template.templateType}`,
        {
          method: 'POST',
          key: keys[isTest ? 'test' : 'live'],
          body: { template_id: template.id, personalisation: { name: 'Jo' }, ...to },
        },
        clock.now(),
      );
      expect(status).toBe(201);
      if (isTest) return;
      const type = template.templateType === 'sms' ? 'sms' : 'email';
      const day = londonDate(clock.now());
      messages.push({ id: json.id, templateId: template.id, type, day, status: 'created', units: 0 });
    },
    async get(path) {
      const headers = { authorization: `Bearer ${internalToken(clock.now())}` };
      const { status, json } = await callApi(url, `/service/${serviceId}/${path}`, { headers });
      expect(status).toBe(200);
      return json;
    },
  };
}

/** Some of the messages since a day end in another way. */
async function end({ app, random, messages }: Play, since: CalendarDate): Promise<void> {
  for (const message of messages) {
    if (message.day < since || !random.chance(0.4)) continue;
    const status = random.pick(outcomes);
    const units = message.type === 'sms' ? 1 + random.integer(3) : 0;
    const { rowCount } = await app.db.query({
      text: 'UPDATE notifications SET notification_status = $2, billable_units = $3 WHERE id = $1',
      values: [message.id, status, units],
    });
    if (rowCount === 1) Object.assign(message, { status, units });
  }
}

type Totals = Readonly<Record<string, number>>;

function totalsOf<T>(items: readonly T[], key: (item: T) => string, count: (item: T) => number = () => 1): Totals {
  const totals = new Map<string, number>();
  for (const item of items) totals.set(key(item), (totals.get(key(item)) ?? 0) + count(item));
  return Object.fromEntries([...totals].sort(([a], [b]) => a.localeCompare(b)));
}

interface Entry {
  readonly template_id: string;
  readonly status: string;
  readonly count: number;
}

/** Looks at everything, and compares it with what happened. */
async function look(play: Play): Promise<void> {
  const { app, clock, messages } = play;
  const today = londonDate(clock.now());
  for (const wholeDays of [7, 3, 0]) {
    const shown = messages.filter(({ day }) => day >= addDays(today, -wholeDays));
    const about = `${wholeDays} days before ${clock.now().toISOString()}`;
    const { data } = await play.get(`template-statistics?whole_days=${wholeDays}`);
    const byStatus = totalsOf(
      data as Entry[],
      (entry) => `${entry.template_id} ${entry.status}`,
      ({ count }) => count,
    );
    expect(byStatus, about).toEqual(totalsOf(shown, ({ templateId, status }) => `${templateId} ${status}`));

    const byTemplate = totalsOf(
      data as Entry[],
      (entry) => entry.template_id,
      ({ count }) => count,
    );
    // Redis is told after the answer.
    await waitFor(
      async () => {
        const used = (await play.get(`template-statistics?whole_days=${wholeDays}&by=template`)).data as Entry[];
        const totals = totalsOf(
          used,
          (entry) => entry.template_id,
          ({ count }) => count,
        );
        expect(totals, `by template, ${about}`).toEqual(byTemplate);
        return true;
      },
      { timeout: app.redis === null ? 0 : 5000 },
    );

    const { data: service } = await play.get(`statistics?limit_days=${wholeDays}`);
    const requested = service.sms.requested + service.email.requested;
    expect(requested, about).toBe(shown.filter(({ status }) => status !== 'cancelled').length);
  }
  const { data: months } = await play.get('notifications/monthly?year=2026');
  const march = months['2027-03'] as Readonly<Record<string, Totals>>;
  const counted = Object.values(march).flatMap((totals) => Object.values(totals));
  const happened = messages.filter(({ day }) => day < '2027-04-01').length;
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(happened);
}

/** Counts today for billing, and compares the facts since a day with what happened. */
async function lookAtBilling({ app, messages }: Play, since: CalendarDate): Promise<void> {
  await updateBillingForToday(app);
  const { rows } = await app.db.query<{ key: string; sent: number; units: number }>({
    text: `SELECT concat_ws(' ', bst_date, template_id) AS key, sum(notifications_sent)::int AS sent,
        sum(billable_units)::int AS units
      FROM ft_billing WHERE bst_date >= $1::date GROUP BY 1`,
    values: [since],
  });
  const paid = messages.filter(({ day, type, status }) => day >= since && billableStatuses[type].includes(status));
  const keyOf = ({ day, templateId }: Message): string => `${day} ${templateId}`;
  const totals = { sent: totalsOf(paid, keyOf), units: totalsOf(paid, keyOf, ({ units }) => units) };
  const of = (column: 'sent' | 'units'): Totals =>
    totalsOf(
      rows,
      ({ key }) => key,
      (row) => row[column],
    );
  expect({ sent: of('sent'), units: of('units') }).toEqual(totals);
}

async function play(redisUrl: string | null): Promise<void> {
  const fortnight = await begin(redisUrl);
  const { app, clock, random } = fortnight;
  for (let day = first; day < addDays(first, days); day = addDays(day, 1)) {
    const at = (time: string): void => clock.set(`${day}T${time}Z`);
    const send = async (): Promise<void> => {
      for (let count = random.integer(4); count > 0; count -= 1) await fortnight.send();
    };
    at('00:10:00');
    await send();
    await look(fortnight);
    // The facts of these days are counted again in this night.
    await end(fortnight, addDays(londonDate(clock.now()), -3));
    at('00:15:00');
    await createNightlyBilling(app);
    await lookAtBilling(fortnight, first);
    at('00:30:00');
    await createNightlyFacts(app);
    await look(fortnight);
    at('03:00:00');
    await applyRetention(app);
    await look(fortnight);
    at('12:00:00');
    await send();
    await end(fortnight, londonDate(clock.now()));
    at('22:59:59.999');
    await send();
    at('23:00:00');
    await send();
    await look(fortnight);
    await lookAtBilling(fortnight, londonDate(clock.now()));
  }
  const { rows } = await app.db.query<{ live: number; archived: number }>(`SELECT
    (SELECT count(*) FROM notifications)::int AS live, (SELECT count(*) FROM notification_history)::int AS archived`);
  // Little would be shown if nothing had been moved, or everything.
  expect(Math.min(rows[0]!.live, rows[0]!.archived)).toBeGreaterThan(5);
}

it('statistics agree over a fortnight without Redis', () => play(null), 120_000);

suite('with Redis', () => {
  it('statistics agree over a fortnight', () => play(redis.url), 120_000);
});
