import type { QueryResultRow } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { Queryable } from '../../src/lib/db/database.ts';
import { letterPlace, scanPlace, type LetterName } from '../../src/lib/letters/letter-file.ts';
import { insertNotificationEvent } from '../../src/lib/notifications/notification-event-repository.ts';
import { notificationStatuses, type NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { applyRetention } from '../../src/lib/retention/apply-retention.ts';
import { historyColumns, lockExpired } from '../../src/lib/retention/expired-notification-repository.ts';
import { keptLetterStatuses } from '../../src/lib/retention/expired-notification.ts';
import { planRetention } from '../../src/lib/retention/plan-retention.ts';
import { runRetention, type RetentionOptions, type Retained } from '../../src/lib/retention/run-retention.ts';
import { setDataRetention } from '../../src/lib/retention/set-data-retention.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useTestApp } from '../support/test-app.ts';

const now = '2021-06-05T03:00:00Z';
const clock = createTestClock(now);
const app = useTestApp({ clock });
const types: readonly TemplateType[] = ['email', 'sms', 'letter'];

let sms: Template;
beforeEach(async () => {
  clock.set(now);
  await app.db.query('TRUNCATE notifications, notification_history, notification_events, service_data_retention');
  sms = await aTemplate(app, (await aService(app)).id);
});

const keep = (days: number, notificationType: TemplateType = 'sms', serviceId = sms.serviceId): Promise<void> =>
  setDataRetention(app, { serviceId, notificationType, daysOfRetention: days });

const row = (createdAt: string, more: NotificationRow = {}, template = sms): Promise<string> =>
  insertRows(app, template, { createdAt, ...more });

const run = (options: RetentionOptions = {}, serviceId: string | null = null): Promise<Retained[]> =>
  runRetention(app, { serviceId, types }, options);

async function timesIn(table: 'notifications' | 'notification_history'): Promise<string[]> {
  const { rows } = await app.db.query<{ at: Date }>(`SELECT created_at AS at FROM ${table} ORDER BY created_at`);
  return rows.map(({ at }) => at.toISOString().replace('.000Z', 'Z'));
}

async function idsIn(table: 'notifications' | 'notification_history'): Promise<string[]> {
  const { rows } = await app.db.query<{ id: string }>(`SELECT id FROM ${table}`);
  return rows.map(({ id }) => id).sort();
}

describe('messages that are kept', () => {
  it('are those of whole days in London', async () => {
    await keep(3);
    await row('2021-06-01T22:59:59.999Z');
    await row('2021-06-01T23:00:00Z');
    await row('2021-06-04T12:00:00Z');
    expect(await run()).toEqual([
      {
        serviceId: sms.serviceId,
        type: 'sms',
        days: 3,
        before: new Date('2021-06-01T23:00:00Z'),
        movedToHistory: 1,
        deleted: 0,
        lettersKept: 0,
      },
    ]);
    expect(await timesIn('notification_history')).toEqual(['2021-06-01T22:59:59.999Z']);
    expect(await timesIn('notifications')).toEqual(['2021-06-01T23:00:00Z', '2021-06-04T12:00:00Z']);
    expect(await run()).toEqual([]);
  });

  it('are those of a week where nothing else is set, and each type by itself', async () => {
    const email = await aTemplate(app, sms.serviceId, { templateType: 'email' });
    const other = await aTemplate(app, (await aService(app)).id);
    await keep(30, 'email');
    for (const template of [sms, email, other]) {
      await row('2021-05-28T22:59:59Z', {}, template);
      await row('2021-05-28T23:00:00Z', {}, template);
    }
    await row('2021-05-05T22:00:00Z', {}, email);
    const gone = await run();
    const shown = gone.map(({ serviceId, type, days, movedToHistory }) => [serviceId, type, days, movedToHistory]);
    expect(shown.sort()).toEqual(
      [
        [sms.serviceId, 'email', 30, 1],
        [sms.serviceId, 'sms', 7, 1],
        [other.serviceId, 'sms', 7, 1],
      ].sort(),
    );
    expect(gone[0]!.type).toBe('email');
    expect(await timesIn('notifications')).toHaveLength(4);
  });

  it('are those of other services and types when only one is asked for', async () => {
    const other = await aTemplate(app, (await aService(app)).id);
    for (const template of [sms, other]) await row('2021-01-01T00:00:00Z', {}, template);
    await runRetention(app, { serviceId: sms.serviceId, types: ['email', 'letter'] });
    expect(await timesIn('notification_history')).toEqual([]);
    await run({}, sms.serviceId);
    expect(await timesIn('notification_history')).toHaveLength(1);
  });
});

describe('messages that go', () => {
  it('leave every column that the history has', async () => {
    const { rows: columns } = await app.db.query<{ name: string }>(`SELECT attname AS name FROM pg_attribute
      WHERE attrelid = 'notification_history'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`);
    expect(columns.map(({ name }) => name)).toEqual([...historyColumns]);
    expect(historyColumns).toHaveLength(23);

    const id = await row('2021-01-01T00:00:00Z', {
      status: 'delivered',
      jobId: app.ids.uuid(),
      createdById: app.ids.uuid(),
    });
    await app.db.query({
      text: `UPDATE notifications SET api_key_id = $2, sent_at = created_at, sent_by = 'mmg', updated_at = created_at,
        reference = 'reference', billable_units = 3, client_reference = 'mine', international = true, phone_prefix = '33',
        rate_multiplier = 2, postage = 'second', document_download_count = 4 WHERE id = $1`,
      values: [id, app.ids.uuid()],
    });
    const before = await app.db.query('SELECT * FROM notifications');
    await run();
    const after = await app.db.query('SELECT * FROM notification_history');
    const expected = historyColumns.map((name) => [name, before.rows[0]![name] as unknown]);
    expect(after.rows).toEqual([Object.fromEntries(expected)]);
    expect(Object.values(after.rows[0]!)).not.toContain(null);
  });

  it('keep their template, though nothing but its id was known and sending failed', async () => {
    const id = await row('2021-05-01T00:00:00Z', { status: 'technical-failure' });
    await run();
    const { rows } = await app.db.query('SELECT id, template_id, template_version FROM notification_history');
    expect(rows).toEqual([{ id, template_id: sms.id, template_version: sms.version }]);
  });

  it('go whatever became of them, when they are texts or emails', async () => {
    const email = await aTemplate(app, sms.serviceId, { templateType: 'email' });
    for (const status of notificationStatuses) {
      await row('2021-05-01T00:00:00Z', { status });
      await row('2021-05-01T00:00:00Z', { status, keyType: 'team' }, email);
    }
    await run();
    expect(await timesIn('notification_history')).toHaveLength(2 * notificationStatuses.length);
    expect(await timesIn('notifications')).toEqual([]);
  });

  it('leave nothing when they are of test keys', async () => {
    await row('2021-05-01T00:00:00Z', { keyType: 'test', count: 5 });
    await row('2021-06-01T00:00:00Z', { keyType: 'test' });
    expect(await run()).toMatchObject([{ movedToHistory: 0, deleted: 5 }]);
    expect([await timesIn('notification_history'), await timesIn('notifications')]).toEqual([
      [],
      ['2021-06-01T00:00:00Z'],
    ]);
  });

  it('take along what happened to them', async () => {
    const [old, test, recent] = [
      await row('2021-05-01T00:00:00Z'),
      await row('2021-05-01T00:00:00Z', { keyType: 'test' }),
      await row('2021-06-04T00:00:00Z'),
    ];
    for (const id of [old, test, recent])
      await insertNotificationEvent(app.db, id, { occurredAt: clock.now(), event: 'gave up', detail: {} });
    await run();
    const { rows } = await app.db.query('SELECT notification_id AS id FROM notification_events');
    expect(rows).toEqual([{ id: recent }]);
  });

  it('change nothing of what the history has already', async () => {
    const id = await row('2021-05-01T00:00:00Z', { status: 'delivered' });
    await moveRowsToHistory(app, [id]);
    await row('2021-05-01T00:00:00Z', { id, status: 'failed' });
    expect(await run()).toMatchObject([{ movedToHistory: 1 }]);
    const { rows } = await app.db.query('SELECT notification_status AS status FROM notification_history');
    expect(rows).toEqual([{ status: 'delivered' }]);
  });

  it('go in portions, the oldest first, and what an interruption left goes later', async () => {
    for (const day of ['04', '02', '05', '01', '03']) await row(`2021-05-${day}T00:00:00Z`);
    const interruption = new AbortController();
    const seen: number[] = [];
    const onProgress = (gone: number): void => {
      seen.push(gone);
      if (gone === 4) interruption.abort();
    };
    await expect(run({ batchSize: 2, signal: interruption.signal, onProgress })).rejects.toThrow(/abort/i);
    expect(seen).toEqual([2, 4]);
    expect(await timesIn('notification_history')).toEqual([1, 2, 3, 4].map((day) => `2021-05-0${day}T00:00:00Z`));
    expect(await run({ batchSize: 2 })).toMatchObject([{ movedToHistory: 1 }]);
  });

  it('are found in portions by ids, too, when many were made in one moment', async () => {
    await row('2021-05-01T00:00:00Z', { count: 25 });
    await row('2021-05-01T00:00:00Z', { count: 12, keyType: 'test' });
    expect(await run({ batchSize: 5 })).toMatchObject([{ movedToHistory: 25, deleted: 12 }]);
    expect(await timesIn('notifications')).toEqual([]);
  });
});

describe('letters', () => {
  let letter: Template;
  beforeEach(async () => {
    letter = await aTemplate(app, sms.serviceId, { templateType: 'letter' });
  });

  let number = 0;
  /** A letter of a month ago with a file in every place where one may be. */
  async function aLetter(
    status: NotificationStatus,
    keyType: KeyType = 'normal',
  ): Promise<{ id: string; name: LetterName }> {
    number += 1;
    const createdAt = new Date('2021-05-05T12:00:00Z');
    const name: LetterName = { reference: `LETTER${String(number).padStart(10, '0')}`, createdAt, postage: 'second' };
    const id = await insertRows(app, letter, { createdAt, status, keyType, sentAt: '2021-05-06T16:30:00Z' });
    await app.db.query({
      text: 'UPDATE notifications SET reference = $2, postage = $3 WHERE id = $1',
      values: [id, name.reference, name.postage],
    });
    for (const { area, key } of places(name)) await app.storage.put(area, key, Buffer.from('%PDF'));
    return { id, name };
  }

  const places = (name: LetterName): ReturnType<typeof scanPlace>[] => [
    letterPlace({ keyType: 'normal', status: 'created' }, name),
    letterPlace({ keyType: 'test', status: 'created' }, name),
    letterPlace({ keyType: 'normal', status: 'validation-failed' }, name),
    scanPlace(name),
  ];

  const areasOf = async (name: LetterName): Promise<string[]> => {
    const found = await Promise.all(places(name).map(({ area, key }) => app.storage.head(area, key)));
    return places(name).flatMap(({ area }, index) => (found[index] === null ? [] : [area]));
  };

  it.each(keptLetterStatuses)('stay with their files while they are %s, though they were sent once', async (status) => {
    for (const keyType of ['normal', 'team'] as const) {
      const { id, name } = await aLetter(status, keyType);
      expect(await run()).toMatchObject([{ movedToHistory: 0, deleted: 0 }]);
      expect(await idsIn('notifications')).toContain(id);
      expect(await areasOf(name)).toHaveLength(4);
    }
    expect(await run()).toMatchObject([{ lettersKept: 2 }]);
    expect(await planRetention(app, { serviceId: null, types })).toMatchObject([{ toHistory: 0, lettersKept: 2 }]);
  });

  const ended = notificationStatuses.filter((status) => !keptLetterStatuses.includes(status));
  it.each(ended)('go with their files once they are %s', async (status) => {
    const { id, name } = await aLetter(status);
    await run();
    expect([await idsIn('notifications'), await idsIn('notification_history')]).toEqual([[], [id]]);
    expect(await areasOf(name)).toEqual(['test-letters']);
  });

  it('of test keys go with their files whatever their status', async () => {
    const letters = [];
    for (const status of notificationStatuses) letters.push(await aLetter(status, 'test'));
    expect(await run()).toMatchObject([{ deleted: letters.length, lettersKept: 0 }]);
    expect([await idsIn('notifications'), await idsIn('notification_history')]).toEqual([[], []]);
    for (const { name } of letters) expect(await areasOf(name)).toEqual(['letters']);
  });

  it('go although their files are missing or cannot be deleted, which is logged', async () => {
    await insertRows(app, letter, { createdAt: '2021-05-05T12:00:00Z', status: 'delivered' });
    const missing = await aLetter('delivered');
    for (const { area, key } of places(missing.name)) await app.storage.delete(area, key);
    await aLetter('delivered');
    const log = createLogCapture();
    const storage = { ...app.storage, delete: () => Promise.reject(new Error('The storage is away')) };
    await runRetention({ ...app, storage, logger: log.logger }, { serviceId: null, types });
    expect(await idsIn('notification_history')).toHaveLength(3);
    expect(log.lines().map(({ msg }) => msg)).toEqual(Array(2).fill('The files of a letter could not be deleted'));
  });

  it('that are put back to be printed while others go, stay', async () => {
    const { id, name } = await aLetter('technical-failure');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const replay = app.db.transaction(async (tx) => {
      await tx.query({ text: `UPDATE notifications SET notification_status = 'created' WHERE id = $1`, values: [id] });
      await held;
    });
    const running = run();
    await expect.poll(waitingForLocks).toBe(1);
    release();
    await replay;
    expect(await running).toMatchObject([{ movedToHistory: 0, lettersKept: 1 }]);
    expect([await idsIn('notifications'), await areasOf(name)]).toMatchObject([[id], { length: 4 }]);
  });

  it('that are kept for too long are told of each night', async () => {
    await aLetter('sending');
    await aLetter('delivered');
    const log = createLogCapture();
    await applyRetention({ ...app, logger: log.logger });
    expect(log.lines()).toMatchObject([
      { msg: 'Moved old messages to the history', moved: 1, deleted: 0, services: 1 },
      { msg: 'Letters are kept for longer than their retention: they are not printed yet', count: 1 },
    ]);
  });

  async function waitingForLocks(): Promise<number> {
    const { rows } = await app.db.query<{ count: number }>(`SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    return rows[0]!.count;
  }
});

it('runs once at a time; the night leaves it to the other', async () => {
  await row('2021-05-01T00:00:00Z');
  await app.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('retention', 0))`);
    await expect(run()).rejects.toMatchObject({ code: 'LOCKED' });
    await applyRetention(app);
  });
  expect(await timesIn('notifications')).toHaveLength(1);
});

it('reads old messages through an index, however many newer ones there are', async () => {
  await row('2021-05-01T00:00:00Z', { count: 10 });
  await row('2021-06-04T00:00:00Z', { count: 3000 });
  await app.db.query('ANALYZE notifications');
  const explained: string[] = [];
  const explain: Queryable = {
    async query(statement) {
      const { text, values } = statement as { text: string; values: unknown[] };
      const answer = await app.db.query<QueryResultRow>({ text: `EXPLAIN ${text}`, values });
      explained.push(...answer.rows.map((line) => line['QUERY PLAN'] as string));
      return { ...answer, rows: [] };
    },
  };
  const kind = { serviceId: sms.serviceId, type: 'sms', days: 7, before: new Date('2021-05-28T23:00:00Z') } as const;
  const after = { id: sms.id, createdAt: new Date('2021-05-01T00:00:00Z') };
  await lockExpired(explain, { ...kind, keyType: 'normal' }, { after, limit: 50_000 });
  const text = explained.join('\n');
  expect(text).toContain('Index Scan using notifications_service_idx');
  expect(text).not.toContain('Sort');
});
