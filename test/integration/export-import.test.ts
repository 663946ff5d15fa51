import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { Queryable } from '../../src/lib/db/database.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { secretStores } from '../../src/lib/secret-stores.ts';
import { exportDatabase, type ExportInput, type ExportResult } from '../../src/lib/transfer/export-database.ts';
import { toFile, toStream } from '../../src/lib/transfer/export-destination.ts';
import { readFrames, writeFrames, type Frame } from '../../src/lib/transfer/export-frames.ts';
import type { ExportHeader } from '../../src/lib/transfer/export-header.ts';
import { importDatabase, type ImportInput, type ImportResult } from '../../src/lib/transfer/import-database.ts';
import { openExport, verifyExport } from '../../src/lib/transfer/read-export.ts';
import { aJob, anApiKey, aService, aTemplate, enqueueJobs } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';

const anApp = useTestApps();
const secretKeys = parseSecretKeys(testSecretKeys);

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function aDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  databases.push(database);
  return database;
}

const aFile = async (): Promise<string> => join(await temporaryFolder(), 'backup.notify');

function exportTo(file: string, url: string, input: Partial<ExportInput> = {}): Promise<ExportResult> {
  const deps = { url, clock: systemClock, secretKeys, secretStores };
  return exportDatabase(deps, { destination: () => toFile(file), ...input });
}

async function importFrom(
  source: string | Buffer,
  url: string,
  input: Partial<ImportInput> = {},
): Promise<ImportResult> {
  const open = await openExport(typeof source === 'string' ? source : Readable.from([source]));
  try {
    return await importDatabase({ url }, { source: open, secretKeys, ...input });
  } finally {
    open.close();
  }
}

/** Every row of every table, as text. */
async function contentOf(db: Queryable): Promise<Record<string, string[]>> {
  const { rows: tables } = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1`,
  );
  const content: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await db.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 1`);
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}

const oddTexts = [
  '',
  ' ',
  '\\N',
  '\\.',
  '\\',
  'tab\tline\nreturn\rnull\\0 back\\\\slash \\n \\t',
  '"quotes" and \'more\', comma; $1 %s',
  'Zoë 👩‍👩‍👧‍👦 日本語 \u202e \ufeff \u0001\u007f',
  'x'.repeat(300_000),
];

/** A service with a key, templates and messages in every state of oddity. */
async function fill(app: TestApp): Promise<{ templateId: string }> {
  const service = await aService(app, { name: 'Bücher & “Café” 📚', contactLink: 'https://a.example/?x=\\' });
  await anApiKey(app, service.id);
  const template = await aTemplate(app, service.id, { content: 'Hello ((name))\n\\N\t👋' });
  await aTemplate(app, service.id, { templateType: 'email' });
  const input = { templateId: template.id, to: '07700900100', clientReference: null, senderId: null };
  const { id } = await sendOne(app, { ...input, personalisation: { name: 'Zoë' } });
  for (const [index, text] of oddTexts.entries()) {
    await app.db.query({
      text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
          created_at, client_reference, rate_multiplier, sent_at, international, postage, notification_status)
        VALUES ($1, $2, $3, $4, 1, 'normal', ($5::text)::notification_type, $6, $2, $7, $8, $9, NULL, 'delivered')`,
      values: [
        app.ids.uuid(),
        text.slice(0, 2000),
        service.id,
        template.id,
        (['sms', 'email', 'letter'] as const)[index % 3],
        new Date('2026-03-29T01:30:00.123Z'),
        ['1.50', '0', '-0.000001', '12345678901234567890.5'][index % 4],
        index % 2 === 0 ? null : new Date('0099-12-31T23:59:59.999Z'),
        index % 2 === 0,
      ],
    });
    const detail = JSON.stringify({ text, list: [1, [null, 'a']], deep: { ['ключ']: 1e300, big: '\u0001' } });
    await app.db.query({
      text: 'INSERT INTO notification_events (notification_id, occurred_at, event, detail) VALUES ($1, now(), $2, $3::jsonb)',
      values: [id, text, detail],
    });
  }
  return { templateId: template.id };
}

describe('an export that is imported elsewhere', () => {
  it('brings every row exactly as it was', async () => {
    const app = await anApp();
    await fill(app);
    const file = await aFile();
    const progress: [number, number][] = [];
    const { header, bytes, foreignTables } = await exportTo(file, app.databaseUrl, {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect((await stat(file)).size).toBe(bytes);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(foreignTables).toEqual([]);
    expect(header).toMatchObject({
      migrations: expect.arrayContaining(['0001_create_core']) as unknown,
      jobs: 1,
      secret_keys: [{ id: 'test1', values: 3 }],
    });
    expect(progress.at(-1)![0]).toBe(progress.at(-1)![1]);

    const target = await aDatabase();
    const { rows, jobs, missingKeys } = await importFrom(file, target.url);
    expect({ jobs, missingKeys }).toEqual({ jobs: 1, missingKeys: [] });
    expect(rows).toBe(header.tables.reduce((sum, table) => sum + table.rows, 0));
    const before = await contentOf(app.db);
    expect(before['notification_events']).toHaveLength(oddTexts.length);
    expect(await contentOf(target.db)).toEqual(before);

    // Identity columns go on behind what came.
    await target.db.query(`INSERT INTO notification_events (notification_id, occurred_at, event, detail)
      SELECT id, now(), 'next', '{}' FROM notifications LIMIT 1`);
  });

  it('delivers there what was accepted before it', async () => {
    const app = await anApp();
    await fill(app);
    const file = await aFile();
    await exportTo(file, app.databaseUrl);
    const target = await aDatabase();
    await importFrom(file, target.url);

    const moved = await anApp({ databaseUrl: target.url, supervise: true });
    await moved.runWorkers(['send-sms', 'sms-callbacks']);
    await waitFor(async () => {
      const { rows } = await target.db.query(`SELECT FROM notifications WHERE notification_status = 'created'`);
      return rows.length === 0;
    });
    const { rows } = await target.db.query<{ content: string }>('SELECT content FROM sandbox_messages');
    expect(rows).toEqual([{ content: expect.stringMatching(/^Hello Zoë/) as unknown }]);
  });

  it('has waiting, delayed, retried and running jobs wait, each with its time', async () => {
    const app = await anApp();
    const delayed = aJob({ subject: 'delayed', delay: 3600 });
    await enqueueJobs(app, aJob({ subject: 'running' }), delayed);
    await app.boss.fetch('notify');
    await enqueueJobs(app, aJob({ subject: 'waiting', attempt: 3, requestId: 'trace' }));
    await enqueueJobs(app, aJob({ queue: 'periodic', task: 'tick', subject: 'schedule' }));
    await app.boss.insert('dead-letter', [{ data: { ...aJob({ subject: 'dead' }) } }]);
    const file = await aFile();
    await exportTo(file, app.databaseUrl);

    const target = await aDatabase();
    const other = await anApp({ databaseUrl: target.url });
    // The clock ticked here, too.
    await enqueueJobs(other, aJob({ queue: 'periodic', task: 'tick', subject: 'schedule' }));
    expect(await importFrom(file, target.url)).toMatchObject({ jobs: 4 });
    const jobs = await storedJobs(target.db);
    expect(jobs.map(({ subject, queue, state }) => `${queue} ${subject} ${state}`).sort()).toEqual([
      'dead-letter dead created',
      'notify delayed created',
      'notify running created',
      'notify waiting created',
      'periodic schedule created',
    ]);
    expect(jobs.find(({ subject }) => subject === 'delayed')?.delay).toBe(3600);
    expect(jobs.find(({ subject }) => subject === 'waiting')).toMatchObject({ attempt: 3, requestId: 'trace' });
    const { rows: differences } = await target.db
      .query(`SELECT j.name FROM pgboss.job j JOIN pgboss.queue q USING (name)
      WHERE j.policy <> q.policy OR j.heartbeat_seconds <> q.heartbeat_seconds OR j.dead_letter IS DISTINCT FROM q.dead_letter`);
    expect(differences).toEqual([]);
  });

  it('holds one moment, whatever is accepted meanwhile', async () => {
    const app = await anApp();
    const { templateId } = await fill(app);
    const before = await contentOf(app.db);
    const file = await aFile();
    const input = { templateId, to: '07700900200', personalisation: { name: 'late' }, clientReference: null };
    await exportTo(file, app.databaseUrl, {
      destination: async () => {
        await sendOne(app, { ...input, senderId: null });
        return toFile(file);
      },
    });
    const target = await aDatabase();
    expect(await importFrom(file, target.url)).toMatchObject({ jobs: 1 });
    expect(await contentOf(target.db)).toEqual(before);
  });

  it('leaves tables of others out, and names them', async () => {
    const { url, db } = await aDatabase();
    await db.query('CREATE TABLE of_others (id integer)');
    const { foreignTables, header } = await exportTo(await aFile(), url);
    expect(foreignTables).toEqual(['of_others']);
    expect(header.tables.map(({ name }) => name)).not.toContain('of_others');
  });

  it('goes through a stream', async () => {
    const { url } = await aDatabase();
    const stream = new PassThrough();
    const [, bytes] = await Promise.all([
      exportTo('', url, { destination: async () => toStream(stream) }).then(() => stream.end()),
      buffer(stream),
    ]);
    const source = await openExport(Readable.from([bytes]));
    await verifyExport(source);
    expect(source.header.jobs).toBe(0);
  });
});

describe('an export that is given up', () => {
  it('leaves nothing, and what was there before', async () => {
    const app = await anApp();
    await fill(app);
    const file = await aFile();
    await writeFile(file, 'the last backup');
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(exportTo(file, app.databaseUrl, { onProgress, signal: controller.signal })).rejects.toThrow();
    expect(await readdir(dirname(file))).toEqual([basename(file)]);
    expect(await readFile(file, 'utf8')).toBe('the last backup');
  });

  it('leaves nothing when the database goes away', async () => {
    const app = await anApp();
    await fill(app);
    const file = await aFile();
    const endBackend = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'notify db export'`;
    const destination = async (): ReturnType<typeof toFile> => {
      const made = await toFile(file);
      await app.db.query(endBackend);
      return made;
    };
    await expect(exportTo(file, app.databaseUrl, { destination })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    expect(await readdir(dirname(file))).toEqual([]);
  });

  it('cannot be written where there is no folder', async () => {
    const { url } = await aDatabase();
    await expect(exportTo('/nonexistent/backup', url)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  });
});

describe('an import', () => {
  /** An export of a filled database, and a fresh database that must stay as it is. */
  async function prepared(): Promise<{ file: string; target: TestDatabase; untouched: () => Promise<void> }> {
    const app = await anApp();
    await fill(app);
    const file = await aFile();
    await exportTo(file, app.databaseUrl);
    const target = await aDatabase();
    const before = await contentOf(target.db);
    return {
      file,
      target,
      async untouched() {
        expect(await contentOf(target.db)).toEqual(before);
        expect(await storedJobs(target.db)).toEqual([]);
      },
    };
  }

  it('is refused where there is anything already', async () => {
    const { file, target } = await prepared();
    await importFrom(file, target.url);
    await expect(importFrom(file, target.url)).rejects.toMatchObject({ code: 'REFUSED' });
    const app = await anApp();
    await aService(app);
    await expect(importFrom(file, app.databaseUrl)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('is not refused where a server only reconciled its providers', async () => {
    const { file, target } = await prepared();
    await target.db.query(`INSERT INTO provider_details_history SELECT id, display_name, identifier, priority,
      notification_type, NOT active, supports_international, 'x', created_by_id, 2, created_at, updated_at FROM provider_details`);
    await expect(importFrom(file, target.url)).resolves.toMatchObject({ jobs: 1 });
  });

  it('needs a migrated database', async () => {
    const { file } = await prepared();
    const empty = await aDatabase({ empty: true });
    await expect(importFrom(file, empty.url)).rejects.toMatchObject({ code: 'SCHEMA_PENDING', kind: { exitCode: 78 } });
  });

  it.each([
    ['SCHEMA_NEWER', ['0001_create_core', '9999_from_the_future']],
    ['SCHEMA_PENDING', []],
  ])('of another schema is %s', async (code, migrations) => {
    const { file, target, untouched } = await prepared();
    const other = await changed(file, (header) => ({ ...header, migrations }));
    await expect(importFrom(other, target.url)).rejects.toMatchObject({ code, kind: { exitCode: 78 } });
    await untouched();
  });

  it('is refused without the keys of its secrets, also when another key has the same id', async () => {
    const { file, target, untouched } = await prepared();
    const others = ['k2', 'test1'].map((id) => parseSecretKeys(`${id}:${Buffer.alloc(32, 5).toString('base64')}`));
    for (const keys of [...others, []]) {
      await expect(importFrom(file, target.url, { secretKeys: keys })).rejects.toMatchObject({
        code: 'REFUSED',
        details: { keys: ['test1'] },
      });
    }
    await untouched();
    const accepted = await importFrom(file, target.url, { secretKeys: [], acceptMissingKeys: true });
    expect(accepted.missingKeys.map(({ id }) => id)).toEqual(['test1']);
  });

  it('of a damaged file changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const bytes = await readFile(file);
    const inside = gunzipSync(bytes);
    const flipped = Buffer.from(inside);
    flipped[inside.length - 3000]! ^= 4;
    const damages = [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, bytes.length / 2),
      gzipSync(flipped),
      gzipSync(inside.subarray(0, inside.length - 69)),
      gzipSync(Buffer.concat([inside, inside])),
    ];
    for (const [index, damage] of damages.entries()) {
      await expect(importFrom(damage, target.url), `damage ${index}`).rejects.toMatchObject({ code: 'CHECK_FAILED' });
      await untouched();
    }
  });

  it('of rows that the header does not announce changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const oneMore = await changed(file, (header) => ({
      ...header,
      tables: header.tables.map(({ name, rows }) => ({ name, rows: rows + (name === 'users' ? 1 : 0) })),
    }));
    await expect(importFrom(oneMore, target.url)).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: 'The export is damaged: the table users does not have 2 rows',
    });
    await untouched();
  });

  it('that is given up changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const controller = new AbortController();
    const onProgress = (done: number): void => void (done > 60 && controller.abort());
    await expect(importFrom(file, target.url, { onProgress, signal: controller.signal })).rejects.toThrow();
    await untouched();
  });

  it.each([
    ['a text', Buffer.from('Dear Sir or Madam')],
    ['another compressed file', gzipSync('Dear Sir or Madam')],
    ['an empty file', Buffer.alloc(0)],
  ])('says that %s is no export', async (_, bytes) => {
    await expect(openExport(Readable.from([bytes]))).rejects.toMatchObject({ kind: { exitCode: 2 } });
  });

  it('names a file that is not there', async () => {
    await expect(openExport('/nonexistent/backup')).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining('/nonexistent/backup cannot be read') as unknown,
    });
  });
});

/** An export with another header and a right checksum. */
async function changed(file: string, change: (header: ExportHeader) => ExportHeader): Promise<Buffer> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(Readable.from([gunzipSync(await readFile(file))]))) {
    const isHeader = frame.type === 'H';
    const header = isHeader ? change(JSON.parse(frame.payload.toString()) as ExportHeader) : null;
    frames.push(header === null ? frame : { type: 'H', payload: Buffer.from(JSON.stringify(header)) });
  }
  return gzipSync(await buffer(Readable.from(writeFrames(Readable.from(frames)))));
}
