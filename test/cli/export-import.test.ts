import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectClient } from '../../src/lib/db/database.ts';
import { anApiKey, aService } from '../support/builders.ts';
import { databaseEnvironment, runCli, startCli, type CliResult, type RunningCli } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp();
const empty = useTestDatabase({ empty: true });
const unreachable = 'postgres://notify@127.0.0.1:1/notify';

let folder = '';
let file = '';
beforeAll(async () => {
  await anApiKey(app, (await aService(app)).id);
  folder = await temporaryFolder();
  file = join(folder, 'backup.notify');
});

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function aDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

function notify(args: readonly string[], url = app.databaseUrl, input?: Buffer): Promise<CliResult> {
  return runCli(args, { env: databaseEnvironment(url), cwd: folder, ...(input !== undefined && { input }) });
}

/** For what is refused before a file is made or read. */
function command(args: readonly string[], url: string): Promise<CliResult> {
  return runCommand(args, { env: databaseEnvironment(url), cwd: folder });
}

async function expectError(answer: Promise<CliResult>, exitCode: number, code: string): Promise<void> {
  const result = await answer;
  expect({ exitCode: result.exitCode, ...result.json() }).toMatchObject({ exitCode, error: { code } });
}

describe('db export and db import', () => {
  it('make a file, which fills a new database, once', async () => {
    const exported = await notify(['db', 'export', 'backup.notify', '--json']);
    expect({ exitCode: exported.exitCode, stderr: exported.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(exported.json().result).toMatchObject({ file: 'backup.notify', jobs: 0, secret_keys: [{ id: 'test1' }] });

    const target = await aDatabase();
    const imported = await notify(['db', 'import', file, '--json'], target.url);
    expect({ exitCode: imported.exitCode, stderr: imported.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(imported.json()).toMatchObject({ status: 'ok', result: { dry_run: false, jobs: 0 }, warnings: [] });
    await expectError(notify(['db', 'import', file, '--json'], target.url), 4, 'REFUSED');

    const keys = await notify(['doctor', '--json'], target.url);
    expect(keys.exitCode).toBe(0);
  });

  it('show what is in a file without any database', async () => {
    await notify(['db', 'export', file, '--yes']);
    const plan = await notify(['db', 'import', file, '--dry-run', '--json'], unreachable);
    expect({ exitCode: plan.exitCode, ...plan.json() }).toMatchObject({
      exitCode: 0,
      status: 'planned',
      result: { dry_run: true, secret_keys: [{ id: 'test1', values: 2, available: true }] },
    });
    const withoutKeys = await runCli(['db', 'import', '-', '--dry-run'], { input: await readFile(file) });
    expect(withoutKeys.exitCode).toBe(0);
    expect(withoutKeys.stdout).toMatch(/^secret keys +test1 \(missing\)$/m);
    expect(withoutKeys.stdout).toMatch(/^services +1$/m);
    expect(withoutKeys.stderr).toMatch(/^Warning: .+ test1\n$/);
  });

  it('read standard input', async () => {
    await notify(['db', 'export', file, '--yes']);
    const target = await aDatabase();
    expect((await notify(['db', 'import', '-'], target.url, await readFile(file))).exitCode).toBe(0);
  });

  describe('exit statuses', () => {
    const target = useTestDatabase();
    beforeAll(async () => {
      await notify(['db', 'export', 'whole', '--yes']);
      await writeFile(join(folder, 'cut'), (await readFile(join(folder, 'whole'))).subarray(0, -10));
      await writeFile(join(folder, 'text'), 'Dear Sir or Madam');
    });

    const exports: [string, number, string, () => string][] = [
      ['whole', 4, 'CONFIRMATION_NEEDED', () => app.databaseUrl],
      ['.', 2, 'USAGE_INVALID', () => app.databaseUrl],
      ['/nonexistent/file', 2, 'USAGE_INVALID', () => app.databaseUrl],
      ['-', 2, 'USAGE_INVALID', () => app.databaseUrl],
      ['other', 69, 'DATABASE_UNAVAILABLE', () => unreachable],
      ['other', 78, 'SCHEMA_PENDING', () => empty.url],
    ];
    it.each(exports)('exporting to %s is %d %s', async (name, exitCode, code, url) => {
      await expectError(command(['db', 'export', name, '--json'], url()), exitCode, code);
    });

    const imports: [string, number, string, () => string][] = [
      ['text', 2, 'USAGE_INVALID', () => target.url],
      ['nothing', 2, 'USAGE_INVALID', () => target.url],
      ['whole', 4, 'REFUSED', () => app.databaseUrl],
      ['whole', 69, 'DATABASE_UNAVAILABLE', () => unreachable],
      ['whole', 78, 'SCHEMA_PENDING', () => empty.url],
    ];
    it.each(imports)('importing %s is %d %s', async (name, exitCode, code, url) => {
      await expectError(command(['db', 'import', name, '--json'], url()), exitCode, code);
    });

    it('importing cut is 1 CHECK_FAILED', async () => {
      await expectError(notify(['db', 'import', 'cut', '--json'], target.url), 1, 'CHECK_FAILED');
    });

    it('importing without the keys is 4, unless that is accepted', async () => {
      const keys = { NOTIFY_SECRET_KEYS: `test1:${Buffer.alloc(32, 1).toString('base64')}` };
      const env = { ...databaseEnvironment(target.url), ...keys };
      const args = ['db', 'import', join(folder, 'whole'), '--json'];
      await expectError(runCommand(args, { env }), 4, 'REFUSED');
      expect((await runCommand([...args, '--accept-missing-keys'], { env })).exitCode).toBe(0);
    });
  });
});

describe('an export that is ended in the middle', () => {
  /** An export that has begun to write and waits for a table. */
  async function stuckExport(target: string): Promise<{ cli: RunningCli; letGo: () => Promise<void> }> {
    const blocker = await connectClient(app.databaseUrl, 'notify tests');
    await blocker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const args = ['db', 'export', target];
    const cli = await startCli(args, { env: databaseEnvironment(app.databaseUrl), cwd: folder });
    await waitFor(async () => (await readdir(folder)).some((name) => name.endsWith('.part')), {
      what: 'the export to begin',
    });
    return { cli, letGo: () => blocker.end() };
  }

  it('by SIGKILL leaves no file under its name', async () => {
    const { cli, letGo } = await stuckExport('killed');
    const { signal } = await cli.kill('SIGKILL');
    await letGo();
    expect(signal).toBe('SIGKILL');
    const names = await readdir(folder);
    expect(names.filter((name) => name === 'killed')).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s leaves nothing at all, and ends by it', async (name) => {
    const before = await readdir(folder);
    const { cli, letGo } = await stuckExport('stopped');
    await waitFor(async () => (await readdir(folder)).some((entry) => entry.startsWith('stopped.')));
    const { signal, stderr } = await cli.kill(name);
    await letGo();
    expect({ signal, stderr }).toEqual({ signal: name, stderr: 'Stopping…\nNothing was exported.\n' });
    expect(await readdir(folder)).toEqual(before);
  });
});
