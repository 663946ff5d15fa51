import { describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/lib/db/database.ts';
import { countMessages, giveBackMessages, storeCounted } from '../../src/lib/limits/count-messages.ts';
import { MissingDailyCounts } from '../../src/lib/limits/daily-count-repository.ts';
import { deleteOldDailyCounts } from '../../src/lib/limits/delete-old-daily-counts.ts';
import { ensureDailyCount } from '../../src/lib/limits/ensure-daily-count.ts';
import { createTestClock } from '../server/test-clock.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { createSignal } from '../support/wait.ts';
import {
  aMessage,
  aServiceId,
  countOf,
  insertMessage,
  noon,
  storeMessages,
  today,
  watchDatabase,
  type MessageInput,
} from './counted-messages.ts';

const database = useTestDatabase();

/** Connections of so many processes, closed at the end. */
async function withProcesses<Result>(count: number, work: (processes: Database[]) => Promise<Result>): Promise<Result> {
  const processes = Array.from({ length: count }, (_, index) =>
    openDatabase({ url: database.url, poolSize: 4, applicationName: `process ${index}` }),
  );
  try {
    return await work(processes);
  } finally {
    await Promise.all(processes.map((process) => process.close()));
  }
}

async function storedOf(serviceId: string): Promise<number> {
  const { rows } = await database.db.query<{ count: number }>({
    text: 'SELECT count(*)::int AS count FROM notifications WHERE service_id = $1',
    values: [serviceId],
  });
  return rows[0]!.count;
}

describe('a counter without a row', () => {
  it('is built from the messages of its UTC day, its service and its type, those of test keys and cancelled ones left out', async () => {
    const serviceId = aServiceId();
    const rows: [Partial<MessageInput>, 'created' | 'cancelled' | 'permanent-failure'][] = [
      [{ createdAt: new Date('2026-03-10T00:00:00Z') }, 'created'],
      [{ createdAt: new Date('2026-03-10T23:59:59.999Z') }, 'permanent-failure'],
      [{ keyType: 'team' }, 'created'],
      [{ keyType: 'test' }, 'created'],
      [{}, 'cancelled'],
      [{ notificationType: 'email' }, 'created'],
      [{ createdAt: new Date('2026-03-09T23:59:59.999Z') }, 'created'],
      [{ createdAt: new Date('2026-03-11T00:00:00Z') }, 'created'],
      [{ serviceId: aServiceId() }, 'created'],
    ];
    for (const [changes, status] of rows) await insertMessage(database.db, aMessage({ serviceId, ...changes }), status);

    expect(await ensureDailyCount(database.db, { serviceId, counted: 'sms', day: today })).toBe(3);
    expect(await countOf(database.db, serviceId)).toBe(3);
    expect(await ensureDailyCount(database.db, { serviceId, counted: 'email', day: today })).toBe(1);
    expect(await ensureDailyCount(database.db, { serviceId, counted: 'letter', day: today })).toBe(0);
  });

  it('of texts abroad leaves the crown dependencies out', async () => {
    const serviceId = aServiceId();
    for (const phonePrefix of ['44', '33', '1', null]) {
      await insertMessage(database.db, aMessage({ serviceId, international: true, phonePrefix }));
    }
    await insertMessage(database.db, aMessage({ serviceId }));
    await insertMessage(database.db, aMessage({ serviceId, notificationType: 'letter', international: true }));
    expect(await ensureDailyCount(database.db, { serviceId, counted: 'international_sms', day: today })).toBe(3);
  });

  it('is built once, however many processes need it at the same time', async () => {
    const serviceId = aServiceId();
    for (let i = 0; i < 5; i += 1) await insertMessage(database.db, aMessage({ serviceId }));
    await withProcesses(6, async (processes) => {
      const watched = processes.map(watchDatabase);
      const counts = await Promise.all(
        watched.flatMap((db) => [1, 2, 3].map(() => ensureDailyCount(db, { serviceId, counted: 'sms', day: today }))),
      );
      expect(new Set(counts)).toEqual(new Set([5]));
      const rebuilds = watched.flatMap(({ statements }) =>
        statements.filter((text) => /FROM notifications/.test(text)),
      );
      expect(rebuilds).toHaveLength(1);
    });
  });
});

describe('counting messages', () => {
  it('gives the new totals, of texts abroad both', async () => {
    const serviceId = aServiceId();
    await storeMessages(database.db, [aMessage({ serviceId })]);
    const counts = await storeMessages(database.db, [
      aMessage({ serviceId }),
      aMessage({ serviceId, international: true, phonePrefix: '33' }),
      aMessage({ serviceId, notificationType: 'email' }),
    ]);
    expect(counts.toSorted((a, b) => a.counted.localeCompare(b.counted))).toMatchObject([
      { serviceId, counted: 'email', day: today, count: 1 },
      { serviceId, counted: 'international_sms', day: today, count: 1 },
      { serviceId, counted: 'sms', day: today, count: 3 },
    ]);
  });

  it('of test keys asks the database nothing', async () => {
    const db = watchDatabase(database.db);
    expect(await countMessages(db, [aMessage({ serviceId: aServiceId(), keyType: 'test' })])).toEqual([]);
    expect(db.statements).toEqual([]);
  });

  it('says which row is missing, and nothing is stored', async () => {
    const serviceId = aServiceId();
    const message = aMessage({ serviceId });
    const storing = database.db.transaction(async (tx) => {
      await insertMessage(tx, message);
      return countMessages(tx, [message]);
    });
    await expect(storing).rejects.toThrow(MissingDailyCounts);
    await expect(storing).rejects.toMatchObject({ missing: [{ serviceId, counted: 'sms', day: today }] });
    expect(await storedOf(serviceId)).toBe(0);
  });

  it('counts nothing when the transaction fails', async () => {
    const serviceId = aServiceId();
    const message = aMessage({ serviceId });
    await storeMessages(database.db, [message]);
    const failing = storeCounted(database.db, async (tx) => {
      await insertMessage(tx, message);
      await countMessages(tx, [message]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([await countOf(database.db, serviceId), await storedOf(serviceId)]).toEqual([1, 1]);
  });

  it('is exact when the row is built between storing and counting', async () => {
    const serviceId = aServiceId();
    const message = aMessage({ serviceId });
    await insertMessage(database.db, message);
    let attempts = 0;
    const counts = await storeCounted(database.db, async (tx) => {
      attempts += 1;
      await insertMessage(tx, message);
      expect(await ensureDailyCount(database.db, { serviceId, counted: 'sms', day: today })).toBe(1);
      return countMessages(tx, [message]);
    });
    expect([attempts, counts]).toMatchObject([1, [{ serviceId, counted: 'sms', day: today, count: 2 }]]);
  });

  it('is exact when a transaction that found no row meets one that is still open', async () => {
    const serviceId = aServiceId();
    const message = aMessage({ serviceId });
    const mayCommit = createSignal();
    const hasCounted = createSignal();
    const open = storeCounted(database.db, async (tx) => {
      await insertMessage(tx, message);
      const counts = await countMessages(tx, [message]);
      hasCounted.resolve();
      await mayCommit.promise;
      return counts;
    });
    await hasCounted.promise;
    const next = storeMessages(database.db, [message, message]);
    mayCommit.resolve();
    expect((await open)[0]!.count).toBe(1);
    expect((await next)[0]!.count).toBe(3);
    expect([await countOf(database.db, serviceId), await storedOf(serviceId)]).toEqual([3, 3]);
  });

  it('is exact, and nobody waits for ever, when many processes begin on rows that are missing', async () => {
    const services = [aServiceId(), aServiceId(), aServiceId()];
    for (const serviceId of services) await insertMessage(database.db, aMessage({ serviceId }));
    const totals = await withProcesses(3, (processes) =>
      Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          // Each names the services in another order, and some of them twice.
          const order = services.toSorted((a, b) => (index % 2 === 0 ? a.localeCompare(b) : b.localeCompare(a)));
          const messages = [...order, order[index % 3]!].map((serviceId) => aMessage({ serviceId }));
          return storeMessages(processes[index % 3]!, messages);
        }),
      ),
    );
    for (const serviceId of services) {
      const stored = await storedOf(serviceId);
      expect(stored).toBe(1 + 60 + 20);
      expect(await countOf(database.db, serviceId)).toBe(stored);
      // Every commit was told a total of its own.
      const told = totals.flat().filter((count) => count.serviceId === serviceId);
      expect(new Set(told.map(({ count }) => count)).size).toBe(60);
    }
  });
});

describe('giving messages back', () => {
  const give = (messages: readonly ReturnType<typeof aMessage>[], now = noon) =>
    database.db.transaction((tx) => giveBackMessages(tx, { messages, now }));

  it('takes them from the total of the day', async () => {
    const serviceId = aServiceId();
    const letter = aMessage({ serviceId, notificationType: 'letter' });
    await storeMessages(database.db, [letter, letter, letter]);
    expect(await give([letter, letter])).toEqual([{ serviceId, counted: 'letter', day: today, count: 1 }]);
    expect(await countOf(database.db, serviceId, 'letter')).toBe(1);
  });

  it('leaves a total alone that would fall below 0', async () => {
    const serviceId = aServiceId();
    const letter = aMessage({ serviceId, notificationType: 'letter' });
    await storeMessages(database.db, [letter]);
    expect(await give([letter, letter])).toEqual([]);
    expect(await countOf(database.db, serviceId, 'letter')).toBe(1);
    expect(await give([letter])).toEqual([{ serviceId, counted: 'letter', day: today, count: 0 }]);
  });

  it('does not count messages of another UTC day, nor those of test keys', async () => {
    const serviceId = aServiceId();
    const letter = aMessage({ serviceId, notificationType: 'letter' });
    await storeMessages(database.db, [letter]);
    expect(await give([letter], new Date('2026-03-11T00:00:00Z'))).toEqual([]);
    expect(await give([{ ...letter, keyType: 'test' }])).toEqual([]);
    expect(await countOf(database.db, serviceId, 'letter')).toBe(1);
  });

  it('makes no row', async () => {
    const serviceId = aServiceId();
    expect(await give([aMessage({ serviceId })])).toEqual([]);
    expect(await countOf(database.db, serviceId)).toBeNull();
  });
});

describe('old counters', () => {
  it('are deleted two days after their day', async () => {
    const serviceId = aServiceId();
    const days = ['2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10', '2026-03-11'];
    for (const day of days) await ensureDailyCount(database.db, { serviceId, counted: 'sms', day });
    await deleteOldDailyCounts({ db: database.db, clock: createTestClock('2026-03-10T03:40:00Z') });
    const counts = await Promise.all(days.map((day) => countOf(database.db, serviceId, 'sms', day)));
    expect(counts).toEqual([null, 0, 0, 0, 0]);
  });
});
