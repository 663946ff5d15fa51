import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/lib/db/database.ts';
import {
  archiveHistory,
  planArchive,
  type ArchiveDeps,
  type ArchiveInput,
} from '../../src/lib/retention/archive-history.ts';
import { archiveOldHistory } from '../../src/lib/retention/archive-old-history.ts';
import { archiveArea } from '../../src/lib/retention/history-archive.ts';
import { historyColumns } from '../../src/lib/retention/expired-notification-repository.ts';
import { measureProcessingTime } from '../../src/lib/statistics/measure-processing-time.ts';
import { rebuildStatusFacts } from '../../src/lib/statistics/rebuild-status-facts.ts';
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import { createS3Store } from '../../src/lib/storage/s3-store.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { createTestClock } from '../server/test-clock.ts';
import { archivedRows, historyRows, insertHistory, noteFacts } from '../support/archives.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useS3Server } from '../support/s3-server.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2021-12-01T01:35:00Z');
const app = useTestApp({ clock });
const s3 = useS3Server('notify');

const stores: Record<string, () => Promise<ObjectStore>> = {
  folder: async () => createFolderStore(join(await temporaryFolder(), 'files')),
  s3: async () => createS3Store({ bucket: 'notify', endpoint: s3.endpoint, region: null }),
};
let storage: ObjectStore;
let template: Template;

beforeAll(async () => {
  storage = await stores['folder']!();
  template = await aTemplate(app, (await aService(app)).id);
});
beforeEach(async () => {
  await app.db.query(`TRUNCATE notifications, notification_history, notification_history_archives,
    ft_notification_status_runs, ft_billing_runs`);
  for await (const { key } of storage.list(archiveArea)) await storage.delete(archiveArea, key);
});
afterAll(() => storage.close());

const deps = (): ArchiveDeps => ({ db: app.db, clock, storage });
const archive = (input: Partial<ArchiveInput> = {}): ReturnType<typeof archiveHistory> =>
  archiveHistory(deps(), { before: '2021-09-01', ...input });
const history = (...times: string[]): Promise<string[]> =>
  insertHistory(
    app,
    template,
    times.map((createdAt) => ({ createdAt, status: 'delivered' })),
  );
const keysOf = (store: ObjectStore): Promise<string[]> => Array.fromAsync(store.list(archiveArea), ({ key }) => key);

describe.each(Object.keys(stores))('an archive in a store of kind %s', (kind) => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await stores[kind]!();
  });
  afterAll(() => store.close());

  it('holds the rows of a day in London, which leave the database', async () => {
    await history('2021-06-30T22:59:59.999Z', '2021-06-30T23:00:00Z', '2021-07-01T22:59:59Z');
    const [kept] = await history('2021-08-31T23:00:00Z');
    // Characters that end lines elsewhere.
    await app.db.query(`UPDATE notification_history SET client_reference = E'a\\nb\\u2028c"d', rate_multiplier = 2.5,
      updated_at = '2021-07-05 12:00:00.123456' WHERE created_at < '2021-08-01'`);
    await noteFacts(app, '2021-06-30', '2021-07-01', '2021-08-31');
    const before = (await historyRows(app)).filter(({ id }) => id !== kept);
    const { archived, skipped } = await archiveHistory({ ...deps(), storage: store }, { before: '2021-09-01' });
    expect(skipped).toEqual([]);
    expect(archived).toMatchObject([
      { day: '2021-06-30', part: 1, key: '2021/06/30-1.jsonl.gz', rows: 1, deleted: 1 },
      { day: '2021-07-01', part: 1, key: '2021/07/01-1.jsonl.gz', rows: 2, deleted: 2 },
    ]);
    expect(await archivedRows({ db: app.db, storage: store })).toEqual(before);
    expect(Object.keys(before[0]!)).toEqual([...historyColumns]);
    expect((await historyRows(app)).map(({ id }) => id)).toEqual([kept]);

    const content = (await store.read(archiveArea, '2021/07/01-1.jsonl.gz'))!;
    const manifest = JSON.parse((await store.read(archiveArea, '2021/07/01-1.manifest.json'))!.toString()) as object;
    expect(manifest).toMatchObject({
      day: '2021-07-01',
      rows: 2,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      first: { createdAt: '2021-06-30 23:00:00' },
    });
    expect(await archiveHistory({ ...deps(), storage: store }, { before: '2021-09-01' })).toEqual({
      archived: [],
      skipped: [],
    });
  });
});

describe('a day', () => {
  it.each([
    ['statistics', "DELETE FROM ft_notification_status_runs WHERE notification_type = 'letter'", ['status']],
    ['bills', 'DELETE FROM ft_billing_runs', ['billing']],
    ['bills while it went on', `UPDATE ft_billing_runs SET completed_at = bst_date + interval '22 hours'`, ['billing']],
  ])('that is not counted for %s stays', async (_what, forget, missing) => {
    await history('2021-06-01T12:00:00Z');
    await noteFacts(app, '2021-06-01');
    await app.db.query(forget);
    expect(await archive()).toEqual({ archived: [], skipped: [{ day: '2021-06-01', missing }] });
    expect(await planArchive(deps(), { before: '2021-09-01' })).toEqual([{ day: '2021-06-01', missing, rows: 1 }]);
    expect(await historyRows(app)).toHaveLength(1);
    expect(await keysOf(storage)).toEqual([]);
  });

  it('that is too young is refused', async () => {
    await expect(archive({ before: '2021-09-03' })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(archive({ before: '2021-09-02' })).resolves.toBeDefined();
  });

  it('makes several files when it is large, and another when more comes into the history', async () => {
    const times = Array.from({ length: 7 }, (_, minute) => `2021-06-01T12:0${minute}:00Z`);
    await history(...times);
    await noteFacts(app, '2021-06-01');
    const { archived } = await archive({ rowsOfPart: 3, batchSize: 2 });
    expect(archived.map(({ part, rows }) => [part, rows])).toEqual([
      [1, 3],
      [2, 3],
      [3, 1],
    ]);
    await history('2021-06-01T12:01:30Z');
    expect((await archive()).archived).toMatchObject([{ part: 4, key: '2021/06/01-4.jsonl.gz', rows: 1 }]);
    expect(await archivedRows({ db: app.db, storage })).toHaveLength(8);
  });

  it('cannot be counted again', async () => {
    await history('2021-06-01T12:00:00Z');
    await noteFacts(app, '2021-06-01');
    await archive();
    const refusal = { code: 'REFUSED', message: expect.stringContaining('2021-06-01') as string };
    const days = [{ day: '2021-06-02', type: 'sms' } as const, { day: '2021-05-31', type: 'sms' } as const];
    await expect(rebuildStatusFacts(app, { days, serviceId: null })).rejects.toMatchObject(refusal);
    await expect(measureProcessingTime(app, { day: '2021-06-01' })).rejects.toMatchObject(refusal);
    await expect(rebuildStatusFacts(app, { days: days.slice(1), serviceId: null })).resolves.toHaveLength(1);
  });
});

describe('a row that changes after it was written to a file', () => {
  it('stays, and is in the next one as it is then', async () => {
    const [changed, other] = await history('2021-06-01T12:00:00Z', '2021-06-01T13:00:00Z');
    await noteFacts(app, '2021-06-01');
    const late = onStatement(app.db, 'INSERT INTO notification_history_archives', async () => {
      await app.db.query({
        text: `UPDATE notification_history SET notification_status = 'permanent-failure', updated_at = '2021-11-30' WHERE id = $1`,
        values: [changed],
      });
    });
    const { archived } = await archiveHistory({ ...deps(), db: late }, { before: '2021-09-01' });
    expect(archived).toMatchObject([
      { part: 1, rows: 2, deleted: 1 },
      { part: 2, rows: 1, deleted: 1 },
    ]);
    const rows = await archivedRows({ db: app.db, storage });
    expect(rows.filter(({ id }) => id === other)).toHaveLength(1);
    expect(
      rows
        .filter(({ id }) => id === changed)
        .map((row) => row['notification_status'])
        .sort(),
    ).toEqual(['delivered', 'permanent-failure']);
  });
});

describe('a run that is cut off', () => {
  const days = ['2021-06-01', '2021-06-02'] as const;
  const sizes = { rowsOfPart: 3, batchSize: 2 };

  it('loses nothing and doubles nothing, wherever that happens', async () => {
    const times = ['09', '10', '11', '12'].map((hour) => `${days[0]}T${hour}:00:00Z`).concat(`${days[1]}T09:00:00Z`);
    let isCutOff = true;
    for (let step = 1; isCutOff; step += 1) {
      for (const when of ['before', 'after'] as const) {
        await app.db.query('TRUNCATE notification_history, notification_history_archives');
        for (const key of await keysOf(storage)) await storage.delete(archiveArea, key);
        await history(...times);
        await noteFacts(app, ...days);
        const all = await historyRows(app);
        const about = `${when} step ${step}`;

        const died = cutOff(deps(), step, when);
        const run = archiveHistory(died.deps, { before: '2021-09-01', ...sizes });
        await run.catch((error: unknown) => expect(error, about).toBe(killed));
        isCutOff = died.happened();

        const [inTable, inFiles] = [await historyRows(app), await archivedRows(deps())];
        const safe = new Set([...inTable, ...inFiles].map((row) => JSON.stringify(row)));
        expect([...safe].sort(), about).toEqual(all.map((row) => JSON.stringify(row)).sort());
        await archive(sizes);
        expect(await historyRows(app), about).toEqual([]);
        expect(await archivedRows(deps()), about).toEqual(all);
      }
    }
  });

  it('is completed by a later one, which may begin nothing itself', async () => {
    await history('2021-06-01T09:00:00Z', '2021-06-01T10:00:00Z', '2021-06-02T09:00:00Z');
    await noteFacts(app, ...days);
    let deletes = 0;
    const dying = onStatement(app.db, 'DELETE FROM notification_history', () => {
      deletes += 1;
      return deletes === 2 ? Promise.reject(killed) : Promise.resolve();
    });
    await expect(archiveHistory({ ...deps(), db: dying }, { before: '2021-09-01', batchSize: 1 })).rejects.toBe(killed);
    expect(await historyRows(app)).toHaveLength(2);
    expect((await archive({ before: null })).archived).toMatchObject([{ day: '2021-06-01', rows: 2, deleted: 1 }]);
    expect(await historyRows(app)).toHaveLength(1);
  });

  it('stops between portions when it is told to', async () => {
    await history('2021-06-01T09:00:00Z', '2021-06-01T10:00:00Z', '2021-06-01T11:00:00Z');
    await noteFacts(app, ...days);
    const controller = new AbortController();
    const run = archive({ batchSize: 1, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(await historyRows(app)).toHaveLength(2);
    await archive();
    expect(await historyRows(app)).toEqual([]);
    expect(await archivedRows(deps())).toHaveLength(3);
  });

  it.each([
    ['gone', (key: string) => storage.delete(archiveArea, key)],
    ['cut short', async (key: string) => shorten(key)],
    ['another', (key: string) => storage.put(archiveArea, key, Buffer.from('something else'))],
  ])('deletes nothing more when the file is %s', async (_what, damage) => {
    await history('2021-06-01T09:00:00Z', '2021-06-01T10:00:00Z');
    await noteFacts(app, ...days);
    const dying = onStatement(app.db, 'DELETE FROM notification_history', () => Promise.reject(killed));
    await expect(archiveHistory({ ...deps(), db: dying }, { before: '2021-09-01' })).rejects.toBe(killed);
    await damage('2021/06/01-1.jsonl.gz');
    await expect(archive()).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await historyRows(app)).toHaveLength(2);
  });

  async function shorten(key: string): Promise<void> {
    const content = (await storage.read(archiveArea, key))!;
    await storage.put(archiveArea, key, content.subarray(0, content.length - 10));
  }
});

describe('a store that', () => {
  it('fails leaves everything in the database', async () => {
    await history('2021-06-01T09:00:00Z');
    await noteFacts(app, '2021-06-01');
    const failure = new Error('no space left');
    const broken = { ...storage, put: () => Promise.reject(failure) };
    await expect(archiveHistory({ ...deps(), storage: broken }, { before: '2021-09-01' })).rejects.toBe(failure);
    expect(await historyRows(app)).toHaveLength(1);
    expect(await archivedRows(deps())).toEqual([]);
  });

  it('keeps something else than it was given is not believed', async () => {
    await history('2021-06-01T09:00:00Z');
    await noteFacts(app, '2021-06-01');
    const forgetful: ObjectStore = {
      ...storage,
      put: async (area, key, content, options) => {
        await storage.put(area, key, content, options);
        await storage.put(area, key, Buffer.from('x'));
      },
    };
    await expect(archiveHistory({ ...deps(), storage: forgetful }, { before: '2021-09-01' })).rejects.toMatchObject({
      code: 'REFUSED',
    });
    expect(await historyRows(app)).toHaveLength(1);
    expect(await archivedRows(deps())).toEqual([]);
  });
});

it('one run at a time works', async () => {
  await app.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('history archive', 0))`);
    await expect(archive()).rejects.toMatchObject({ code: 'LOCKED' });
    const log = createLogCapture();
    await archiveOldHistory({ ...deps(), config: { archiveHistoryAfterDays: 90 }, logger: log.logger });
  });
});

describe('each night', () => {
  it('nothing is archived unless that is configured', async () => {
    await history('2021-06-01T09:00:00Z');
    await noteFacts(app, '2021-06-01');
    const { logger } = createLogCapture();
    await archiveOldHistory({ ...deps(), config: { archiveHistoryAfterDays: null }, logger });
    expect(await historyRows(app)).toHaveLength(1);
    await archiveOldHistory({ ...deps(), config: { archiveHistoryAfterDays: 183 }, logger });
    expect(await historyRows(app)).toHaveLength(1);
    await archiveOldHistory({ ...deps(), config: { archiveHistoryAfterDays: 182 }, logger });
    expect(await historyRows(app)).toHaveLength(0);
  });
});

const killed = new Error('the process was killed');

/** A database on which something happens before each statement that contains a text. */
function onStatement(db: Database, text: string, happen: () => Promise<void>): Database {
  return {
    ...db,
    query: async (statement: Parameters<Queryable['query']>[0]) => {
      if (textOf(statement).includes(text)) await happen();
      return db.query(statement);
    },
  };
}

/** Dependencies that stop working before, or after, the n-th thing that is done to database or storage. */
function cutOff(
  { db, clock: sameClock, storage: store }: ArchiveDeps,
  step: number,
  when: 'before' | 'after',
): { deps: ArchiveDeps; happened: () => boolean } {
  let steps = 0;
  const guard = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    steps += 1;
    if (steps > step || (steps === step && when === 'before')) throw killed;
    const result = await work();
    if (steps >= step) throw killed;
    return result;
  };
  return {
    deps: {
      clock: sameClock,
      db: {
        ...db,
        query: (statement: Parameters<Queryable['query']>[0]) => guard(() => db.query(statement)),
      },
      storage: {
        ...store,
        put: (area, key, content, options) => guard(() => store.put(area, key, content, options)),
        open: async (area, key) => {
          let content: Readable | null = null;
          try {
            return await guard(async () => (content = await store.open(area, key)));
          } catch (error) {
            (content as Readable | null)?.destroy();
            throw error;
          }
        },
      },
    },
    happened: () => steps >= step,
  };
}

function textOf(statement: Parameters<Queryable['query']>[0]): string {
  return typeof statement === 'string' ? statement : statement.text;
}
