import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import type { NewJob } from '../../src/lib/queue/new-job.ts';
import { defineTask } from '../../src/lib/queue/task.ts';
import { toFile, toStream } from '../../src/lib/transfer/export-destination.ts';
import { openExport, verifyExport } from '../../src/lib/transfer/read-export.ts';
import { aJob, anApiKey, aService, aTemplate, enqueueJobs } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { contentOf, exportTo, importFrom } from '../support/transfer.ts';
import { waitFor } from '../support/wait.ts';

const databases: TestDatabase[] = [];
// Hooks run last to first: the apps of a test are closed before.
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});
const anApp = useTestApps();

async function aDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  databases.push(database);
  return database;
}

const aFile = async (): Promise<string> => join(await temporaryFolder(), 'backup.notify');

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
    await app.boss.insert('dead-letter', [{ data: { task: 'greet', args: {}, subject: 'dead', attempt: 1 } }]);
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

  it('takes a bundle apart, which may have been at work: what has a retry is left to that', async () => {
    const app = await anApp();
    const row = (at: number): NewJob =>
      aJob({ subject: `row-${at}`, args: { name: `row-${at}` }, bundle: { of: 'file', at } });
    await enqueueJobs(app, row(0), row(1), row(2));
    await enqueueJobs(app, { ...row(1), queue: 'retry', attempt: 2, delay: 300 });
    const file = await aFile();
    await exportTo(file, app.databaseUrl);
    const target = await aDatabase();
    expect(await importFrom(file, target.url)).toMatchObject({ jobs: 2 });

    const moved = await anApp({ databaseUrl: target.url, supervise: true });
    const runs: string[] = [];
    const greet = defineTask({ name: 'greet', run: async ({ name }: { name: string }) => void runs.push(name) });
    await startTestWorker(moved, [greet]);
    await waitFor(async () => (await storedJobs(target.db)).length === 1);
    expect(runs.sort()).toEqual(['row-0', 'row-2']);
    expect(await storedJobs(target.db)).toMatchObject([{ subject: 'row-1', queue: 'retry', attempt: 2 }]);
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
