import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedDatabaseStatus } from '../../src/lib/db/embedded/embedded-database-status.ts';
import { isPidRunning } from '../../src/lib/db/embedded/process-identity.ts';
import { createSandbox, query, serverPid } from '../support/fixtures/embedded-database-sandbox.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';

const sandbox = createSandbox();
afterEach(() => sandbox.clear());

const newStateDir = async (): Promise<string> => path.join(await sandbox.folder(), 'state');

async function usedStateDir(): Promise<string> {
  const stateDir = await newStateDir();
  await makeStoppedCluster(stateDir);
  return stateDir;
}

describe('a fresh state folder', () => {
  it('gets a running server with the database and role notify', async () => {
    const notices: string[] = [];
    const stateDir = await newStateDir();
    const database = await sandbox.open(stateDir, (line) => notices.push(line));

    expect(database.url).toMatch(/^postgres:\/\/notify:[\w-]{32}@127\.0\.0\.1:\d+\/notify$/);
    expect(database.serverVersion).toMatch(/^18\.\d+$/);
    expect(database.startedServer).toBe(true);
    expect(database.dataDir).toBe(path.join(stateDir, 'postgres', 'data'));
    expect(notices).toEqual([expect.stringContaining('Creating the embedded PostgreSQL')]);
    const names = [
      ...['fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories', 'max_connections'],
      ...['shared_buffers', 'timezone', 'server_encoding', 'password_encryption'],
    ];
    const settings = await query(
      database.url,
      `SELECT name, setting FROM pg_settings WHERE lower(name) = ANY ('{${names.join()}}')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [String(name).toLowerCase(), setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '16384',
      timezone: 'UTC',
      server_encoding: 'UTF8',
      password_encryption: 'scram-sha-256',
    });
  });

  it('orders and folds text by Unicode code points', async () => {
    const { url } = await sandbox.open(await usedStateDir());
    const rows = await query(
      url,
      `SELECT upper('éøя') AS upper, 'Z' < 'a' AS ascii, to_tsvector('simple', 'naïve café')::text AS words`,
    );
    expect(rows).toEqual([{ upper: 'ÉØЯ', ascii: true, words: "'café':2 'naïve':1" }]);
  });

  it('keeps the password in a file that only its owner reads, and refuses another password', async () => {
    const stateDir = await newStateDir();
    const { url } = await sandbox.open(stateDir);
    const file = path.join(stateDir, 'postgres', 'password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(url).toContain(`:${(await readFile(file, 'utf8')).trim()}@`);
    await expect(query(url.replace(/notify:[^@]+@/, 'notify:wrong@'), 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });
});

describe('an existing state folder', () => {
  it('keeps its data, port and password between runs', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();
    const second = await sandbox.open(stateDir);
    expect(second.url).toBe(first.url);
    expect(second.startedServer).toBe(true);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('takes another port when its own is taken', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    const { port } = new URL(first.url);
    await first.release();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(port), '127.0.0.1', resolve));
    try {
      const second = await sandbox.open(stateDir);
      expect(new URL(second.url).port).not.toBe(port);
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      squatter.close();
    }
  });

  it('is stopped by release, which may be called twice', async () => {
    const database = await sandbox.open(await usedStateDir());
    const pid = await serverPid(database.dataDir);
    await Promise.all([database.release(), database.release()]);
    expect(isPidRunning(pid!)).toBe(false);
    expect(await serverPid(database.dataDir)).toBeNull();
  });

  it('sets a new password when the password file is lost', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();
    await rm(path.join(stateDir, 'postgres', 'password'));
    const second = await sandbox.open(stateDir);
    expect(second.url).not.toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('starts although a volume manager opened its folder to a group', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    await first.release();
    await chmod(first.dataDir, 0o2770);
    expect((await sandbox.open(stateDir)).startedServer).toBe(true);
  });

  it('has a log of bounded size', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    await first.release();
    const log = path.join(stateDir, 'postgres', 'postgres.log');
    await writeFile(log, 'x'.repeat(5 * 1024 * 1024));
    await sandbox.open(stateDir);
    expect((await stat(log)).size).toBeLessThan(100_000);
    expect((await stat(`${log}.1`)).size).toBe(5 * 1024 * 1024);
  });
});

describe('a second opener', () => {
  it('attaches to the server of another process; the last one to leave stops it', async () => {
    const stateDir = await usedStateDir();
    const owner = sandbox.spawn(stateDir);
    const owned = await owner.next();
    const guest = sandbox.spawn(stateDir);
    const attached = await guest.next();
    expect(owned).toMatchObject({ startedServer: true });
    expect(attached).toMatchObject({ startedServer: false, url: owned.url });
    const pid = (await serverPid(owned.dataDir))!;

    await owner.release();
    expect(await query(attached.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await serverPid(owned.dataDir)).toBe(pid);
    await guest.release();
    expect(isPidRunning(pid)).toBe(false);
  });

  it('attaches within one process, too', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    const second = await sandbox.open(stateDir);
    expect(second).toMatchObject({ startedServer: false, url: first.url });
    await first.release();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('shares one server when several processes open a fresh folder at the same moment', async () => {
    const stateDir = await newStateDir();
    const processes = [1, 2, 3, 4].map(() => sandbox.spawn(stateDir));
    const answers = await Promise.all(processes.map((attached) => attached.next()));
    expect(new Set(answers.map(({ url }) => url)).size).toBe(1);
    expect(answers.filter(({ startedServer }) => startedServer)).toHaveLength(1);
    await Promise.all(processes.map((attached) => attached.release()));
    expect(await serverPid(answers[0]!.dataDir)).toBeNull();
  });

  it('never meets a stopping server when others come and go', async () => {
    const stateDir = await usedStateDir();
    const comeAndGo = async (): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        const database = await sandbox.open(stateDir);
        expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await database.release();
      }
    };
    await Promise.all([comeAndGo(), comeAndGo(), comeAndGo()]);
    expect(await embeddedDatabaseStatus(stateDir)).toMatchObject({ running: false, attachedProcesses: 0 });
  });
});

describe('the status', () => {
  it('tells a folder that does not exist, without making it', async () => {
    const stateDir = await newStateDir();
    expect(await embeddedDatabaseStatus(stateDir)).toMatchObject({
      initialised: false,
      running: false,
      dataDir: path.join(stateDir, 'postgres', 'data'),
      problem: null,
    });
    await expect(stat(stateDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells a running and a stopped server', async () => {
    const stateDir = await usedStateDir();
    const database = await sandbox.open(stateDir);
    expect(await embeddedDatabaseStatus(stateDir)).toMatchObject({
      initialised: true,
      running: true,
      clusterMajor: 18,
      pid: await serverPid(database.dataDir),
      port: Number(new URL(database.url).port),
      attachedProcesses: 1,
    });
    await database.release();
    expect(await embeddedDatabaseStatus(stateDir)).toMatchObject({
      ...{ initialised: true, running: false, pid: null, port: null, attachedProcesses: 0 },
    });
  });

  it('tells what is wrong with a damaged folder', async () => {
    const stateDir = await newStateDir();
    await mkdir(path.join(stateDir, 'postgres', 'data', 'junk'), { recursive: true });
    const status = await embeddedDatabaseStatus(stateDir);
    expect(status).toMatchObject({ initialised: false, running: false });
    expect(status.problem).toContain('has no file PG_VERSION');
  });
});
