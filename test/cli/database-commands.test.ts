/** `notify db …`, and what every command says about a database that it cannot use. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectClient } from '../../src/lib/db/database.ts';
import { databaseEnvironment, runCli, startCli, type CliOptions, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { nextEvent, waitFor } from '../support/wait.ts';
import { anId, projectRoot } from './manifest.ts';

/** The key of the advisory lock that migrations take. */
const migrationLock = 507_196_011;

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase({ empty: true });
  onTestFinished(() => database.drop());
  return database;
}

/** A server has to end by itself when it cannot start: it is the one that gets a process of its own. */
function run(args: readonly string[], options: Omit<CliOptions, 'input'>): Promise<CliResult> {
  return args[0] === 'serve' ? runCli(args, options) : runCommand(args, options);
}

async function migrationNames(): Promise<string[]> {
  const files = (await readdir(join(projectRoot, 'migrations'))).filter((file) => /^\d{4}_.*\.(sql|js)$/.test(file));
  return files.map((file) => file.replace(/\.(sql|js)$/, '')).sort();
}

describe('db migrate and db status', () => {
  it('plan, migrate, and find it done', async () => {
    const database = await emptyDatabase();
    const env = databaseEnvironment(database.url);
    const names = [...(await migrationNames()), 'queue'];

    const before = await runCommand(['db', 'status', '--json'], { env });
    expect(before.exitCode).toBe(1);
    expect(before.json().result).toMatchObject({ state: 'pending', applied: [], pending: names, unknown: [] });
    expect((await runCommand(['db', 'status'], { env })).stdout).toMatch(
      /^schema +pending$[^]*\(run: notify db migrate\)/m,
    );

    const plan = await runCommand(['db', 'migrate', '--dry-run'], { env });
    expect(plan).toMatchObject({ exitCode: 0, stderr: '' });
    for (const name of names) expect(plan.stdout).toContain(`-- ${name}\n`);
    expect(plan.stdout).toContain('CREATE TABLE services');
    const planned = (await runCommand(['db', 'migrate', '--dry-run', '--json'], { env })).json();
    expect(planned).toMatchObject({ status: 'planned', result: { migrations: names }, warnings: [] });
    expect((await database.db.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).rows).toEqual([]);

    const done = await runCli(['db', 'migrate'], { env });
    expect(done).toMatchObject({ exitCode: 0, stdout: `Done: ${names.join(', ')}\n` });
    expect(done.stderr).toContain(`Migrated ${names[0]}\n`);
    const again = await runCommand(['db', 'migrate', '--json'], { env });
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.json()).toMatchObject({ status: 'ok', result: { migrations: [], already_up_to_date: true } });
    expect((await runCommand(['db', 'migrate'], { env })).stdout).toBe('The database schema is up to date.\n');

    const after = await runCommand(['db', 'status', '--json'], { env });
    expect(after).toMatchObject({ exitCode: 0, stderr: '' });
    expect(after.json().result).toMatchObject({ state: 'current', pending: [], unknown: [] });
    expect(after.stdout).not.toContain(new URL(database.url).password);
  });

  it('of several that start at once, one migrates and the others find it done', async () => {
    const env = databaseEnvironment((await emptyDatabase()).url);
    const runs = await Promise.all([1, 2, 3].map(() => runCli(['db', 'migrate', '--wait', '60', '--json'], { env })));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const did = runs.map((run) => run.json().result.already_up_to_date as boolean);
    expect(did.toSorted()).toEqual([false, true, true]);
  });

  it('75 while another migration runs; --wait waits for its end', async () => {
    const database = await emptyDatabase();
    const env = databaseEnvironment(database.url);
    const other = await connectClient(database.url, 'notify tests');
    onTestFinished(() => other.end());
    await other.query(`SELECT pg_advisory_lock(${migrationLock})`);

    const locked = await runCommand(['db', 'migrate', '--json'], { env });
    expect(locked.exitCode).toBe(75);
    expect(locked.json().error).toMatchObject({ code: 'LOCKED', hint: expect.stringContaining('--wait') });
    const late = await runCommand(['db', 'migrate', '--wait', '1'], { env });
    expect(late.exitCode).toBe(75);

    const waiting = await startCli(['db', 'migrate', '--wait', '60', '--json'], { env });
    await waitFor(
      async () => {
        const sql = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'notify migrate' AND datname = current_database()`;
        return (await database.db.query(sql)).rows.length > 0;
      },
      { what: 'the waiting migration' },
    );
    await other.query(`SELECT pg_advisory_unlock(${migrationLock})`);
    expect(await waiting.exited).toMatchObject({ exitCode: 0 });
  });

  it('1 for a migration that fails, named', async () => {
    const database = await emptyDatabase();
    await database.db.query('CREATE TABLE services (id int)');
    const failed = await runCommand(['db', 'migrate', '--json'], { env: databaseEnvironment(database.url) });
    expect(failed.exitCode).toBe(1);
    const { code, message } = failed.json().error!;
    expect(code).toBe('MIGRATION_FAILED');
    expect(message).toMatch(/^Migration 0001_create_core failed and was rolled back: /);
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('db create', () => {
  it('makes the next migration of a source checkout', async () => {
    // In a copy: a new file here would make every database of the other tests look old.
    const checkout = join(await temporaryFolder(), 'checkout');
    await mkdir(join(checkout, 'src'), { recursive: true });
    for (const part of ['package.json', 'oclif.manifest.json', 'bin', 'dist', 'migrations']) {
      await cp(join(projectRoot, part), join(checkout, part), { recursive: true });
    }
    await symlink(join(projectRoot, 'node_modules'), join(checkout, 'node_modules'));
    const notify = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(checkout, 'bin', 'run.js'), 'db', 'create', ...args], {
        encoding: 'utf8',
      });

    const { stdout } = await notify('add_colours', '--json');
    const { path } = (JSON.parse(stdout) as { result: { path: string } }).result;
    const next = String((await migrationNames()).length + 1).padStart(4, '0');
    expect(path).toBe(join(checkout, 'migrations', `${next}_add_colours.sql`));
    expect(await readFile(path, 'utf8')).toMatch(/^-- Forward only\./);
    await expect(notify('add_colours')).rejects.toMatchObject({
      code: 4,
      stderr: "Error: There is a migration named 'add_colours' already\n",
    });
  });
});

const service = ['--service', anId];
const databaseCommands = [
  ['services', 'list'],
  ['services', 'show', anId],
  ['services', 'create', '--name', 'x'],
  ['api-keys', 'list', ...service],
  ['api-keys', 'create', ...service, '--name', 'x', '--type', 'normal'],
  ['api-keys', 'revoke', anId, '--yes'],
  ['templates', 'list', ...service],
  ['templates', 'show', anId],
  ['templates', 'preview', anId],
  ['templates', 'create', ...service, '--name', 'x', '--type', 'sms', '--content', 'x'],
  ['notifications', 'list', ...service],
  ['notifications', 'show', anId],
  ['notifications', 'trace', anId],
  ['notifications', 'outbox'],
  ['notifications', 'send', '--template', anId, '--to', '07700900100'],
  ['serve', '--port', '0'],
].map((args) => ({ name: args.slice(0, 2).join(' '), args }));

describe.concurrent('a schema that is older than the program', () => {
  const database = useTestDatabase({ empty: true });

  it.each(databaseCommands)('$name: 78, naming `notify db migrate`', async ({ args }) => {
    const result = await run([...args, '--json'], { env: databaseEnvironment(database.url) });
    expect(result.exitCode, result.stderr).toBe(78);
    expect(result.json().error).toMatchObject({
      code: 'SCHEMA_PENDING',
      hint: expect.stringContaining('`notify db migrate`'),
    });
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});

describe.concurrent('a schema that is newer than the program', () => {
  const database = useTestDatabase();
  const makeNewer = (): Promise<unknown> =>
    database.db.query(`INSERT INTO schema_migrations (name, run_on)
      SELECT '9999_from_the_future', now() WHERE NOT EXISTS (SELECT FROM schema_migrations WHERE name LIKE '9999%')`);

  it.each(
    [
      ['services', 'list'],
      ['serve', '--port', '0'],
      ['db', 'migrate'],
      ['db', 'migrate', '--dry-run'],
    ].map((args) => ({ args })),
  )('$args: 78, naming what is unknown', async ({ args }) => {
    await makeNewer();
    const result = await run([...args, '--json'], { env: databaseEnvironment(database.url) });
    expect(result.exitCode, result.stderr).toBe(78);
    expect(result.json().error).toMatchObject({
      code: 'SCHEMA_NEWER',
      message: expect.stringContaining('9999_from_the_future'),
    });
  });

  it('db status tells', async () => {
    await makeNewer();
    const result = await runCommand(['db', 'status', '--json'], { env: databaseEnvironment(database.url) });
    expect(result.exitCode).toBe(1);
    expect(result.json().result).toMatchObject({ state: 'newer', unknown: ['9999_from_the_future'] });
  });
});

describe.concurrent('a database that does not answer', () => {
  const unavailable = async (args: readonly string[], url: string): Promise<void> => {
    const result = await run([...args, '--json'], { env: databaseEnvironment(url) });
    expect(result.exitCode, result.stderr).toBe(69);
    expect(result.json().error).toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      hint: expect.stringContaining('DATABASE_URL'),
    });
    expect(result.stderr).toMatch(/^Error: The database does not answer: /);
    expect(result.stderr).not.toMatch(/\n\s+at |hunter2/);
  };
  const database = useTestDatabase();
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it.each([
    ...databaseCommands,
    { name: 'db status', args: ['db', 'status'] },
    { name: 'db migrate', args: ['db', 'migrate'] },
  ])(
    '$name: 69 where nothing listens',
    // Port 1 of the loopback address: reserved, and nothing of ours.
    ({ args }) => unavailable(args, 'postgres://notify:hunter2@127.0.0.1:1/notify'),
  );

  it('69 for a wrong password', async () => {
    await unavailable(
      ['services', 'list'],
      changed((url) => (url.password = 'hunter2')),
    );
  });

  it('69 for a database that does not exist', async () => {
    await unavailable(
      ['services', 'list'],
      changed((url) => (url.pathname = '/no_such_database')),
    );
  });

  it('69 for a server that accepts and says nothing', { timeout: 60_000 }, async ({ onTestFinished: atEnd }) => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
    atEnd(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    await nextEvent(silent, 'listening');
    await unavailable(['services', 'list'], `postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/notify`);
  });
});

describe('DATABASE_URL without NOTIFY_SECRET_KEYS', () => {
  const database = useTestDatabase();

  it.each(
    [
      ['services', 'list'],
      ['serve', '--port', '0'],
      ['config', 'check'],
    ].map((args) => ({ args })),
  )('$args: 78', async ({ args }) => {
    const result = await run([...args, '--json'], { env: { DATABASE_URL: database.url } });
    expect(result.exitCode, result.stderr).toBe(78);
    expect(result.json().error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^NOTIFY_SECRET_KEYS is not set/),
    });
  });

  it('is no matter of the schema', async () => {
    expect(await runCommand(['db', 'status'], { env: { DATABASE_URL: database.url } })).toMatchObject({ exitCode: 0 });
    expect(await runCommand(['db', 'migrate'], { env: { DATABASE_URL: database.url } })).toMatchObject({ exitCode: 0 });
  });
});

it('a command that is interrupted ends with the signal', async () => {
  const database = await emptyDatabase();
  const other = await connectClient(database.url, 'notify tests');
  onTestFinished(() => other.end());
  await other.query(`SELECT pg_advisory_lock(${migrationLock})`);
  const waiting = await startCli(['db', 'migrate', '--wait', '600'], { env: databaseEnvironment(database.url) });
  const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'notify migrate' AND datname = current_database()`;
  await waitFor(async () => (await database.db.query(isWaiting)).rows.length > 0, { what: 'the waiting migration' });
  const closed = once(waiting.child, 'close');
  const { exitCode, signal } = await waiting.kill('SIGINT');
  await closed;
  // A shell says 130 for both.
  expect(exitCode === 130 || signal === 'SIGINT').toBe(true);
});
