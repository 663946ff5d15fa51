import { chown, cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isPidRunning } from '../../src/lib/db/embedded/process-identity.ts';
import { createSandbox, killServer, query, serverPid, until } from '../support/fixtures/embedded-database-sandbox.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';

const sandbox = createSandbox();
afterEach(() => sandbox.clear());

const newStateDir = async (): Promise<string> => path.join(await sandbox.folder(), 'state');

async function usedStateDir(): Promise<string> {
  const stateDir = await newStateDir();
  await makeStoppedCluster(stateDir);
  return stateDir;
}

describe('kill -9 of the process that started the server', () => {
  it('leaves the server to the next opener, who stops it at the end', async () => {
    const stateDir = await usedStateDir();
    const owner = sandbox.spawn(stateDir);
    const { url, dataDir } = await owner.next();
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = (await serverPid(dataDir))!;
    await owner.kill();
    expect(isPidRunning(pid)).toBe(true);

    const adopted = await sandbox.open(stateDir);
    expect(adopted).toMatchObject({ startedServer: false, url });
    expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await adopted.release();
    expect(isPidRunning(pid)).toBe(false);
  });

  it('does no harm at any moment of a first start', async () => {
    const stateDir = await newStateDir();
    const home = path.join(stateDir, 'postgres');
    const moments = [
      async () => (await readdir(home).catch(() => [])).some((name) => name.startsWith('mutex.')),
      async () => (await readdir(home)).some((name) => name.includes('.making-')),
      async () => (await stat(path.join(home, 'data')).catch(() => null)) !== null,
      async () => (await serverPid(path.join(home, 'data'))) !== null,
    ];
    for (const moment of moments) {
      const starter = sandbox.spawn(stateDir);
      await until(moment);
      await starter.kill();
    }
    const database = await sandbox.open(stateDir);
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    // An initdb that outlived its starter may write for a moment longer; the next opener clears up behind it.
    await until(async () => {
      await sandbox.open(stateDir);
      return (await readdir(home)).every((name) => !name.includes('making') && !name.includes('claim'));
    });
  });

  it('makes an interrupted initdb leave no unusable folder', async () => {
    const stateDir = await newStateDir();
    const home = path.join(stateDir, 'postgres');
    const starter = sandbox.spawn(stateDir);
    await until(async () => {
      const making = (await readdir(home).catch(() => [])).find((name) => /making-.*\w$/.test(name));
      return making !== undefined && (await stat(path.join(home, making, 'global')).catch(() => null)) !== null;
    });
    await starter.kill();
    await expect(stat(path.join(home, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
    const database = await sandbox.open(stateDir);
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('kill -9 of the server', () => {
  it('loses no committed row, though its backends still run at the restart', async () => {
    const stateDir = await usedStateDir();
    const owner = sandbox.spawn(stateDir);
    const { url, dataDir } = await owner.next();
    await query(url, 'CREATE TABLE rows (n int)');
    // A backend that is busy notices the death of its server late: here, after minutes.
    const busy = query(url, `SELECT count(*) FROM generate_series(1, 10000000000) AS n WHERE n < 0`).catch(() => null);
    let committed = 0;
    const writer = (async () => {
      for (;;) {
        await query(url, `INSERT INTO rows VALUES (${committed + 1})`);
        committed += 1;
      }
    })().catch(() => null);
    await until(() => committed >= 20);
    await owner.kill();
    await killServer(dataDir);
    await writer;

    const database = await sandbox.open(stateDir);
    expect(database.startedServer).toBe(true);
    const [{ count }] = (await query(database.url, 'SELECT count(*)::int FROM rows')) as [{ count: number }];
    // The last statement may have committed without the writer hearing of it.
    expect([committed, committed + 1]).toContain(count);
    await busy;
  });

  it('is healed by an attached process, on the same port', async () => {
    const notices: string[] = [];
    const { url, dataDir } = await sandbox.open(await usedStateDir(), (line) => notices.push(line));
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await killServer(dataDir);
    await until(async () => {
      const rows = await query(url, 'SELECT answer FROM kept').catch(() => null);
      return rows !== null;
    });
    await until(() => notices.some((line) => line.includes('started again')));
  });

  it('is no reason to refuse a start when its pid belongs to another program by now', async () => {
    const stateDir = await usedStateDir();
    const first = await sandbox.open(stateDir);
    const pidFile = path.join(first.dataDir, 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.release();
    await writeFile(pidFile, content.replace(/^\d+/, String(process.ppid)));
    const second = await sandbox.open(stateDir);
    expect(second.startedServer).toBe(true);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a copy of the state folder of a running server', () => {
  it('gets a server of its own', async () => {
    const folder = await sandbox.folder();
    await makeStoppedCluster(path.join(folder, 'original'));
    const original = await sandbox.open(path.join(folder, 'original'));
    const copy = path.join(folder, 'state');
    await query(original.url, 'CHECKPOINT');
    await cp(path.join(folder, 'original'), copy, { recursive: true, preserveTimestamps: true });
    await keepOwner(path.join(folder, 'original'), copy);
    const copied = await sandbox.open(copy);
    expect(copied.startedServer).toBe(true);
    expect(new URL(copied.url).port).not.toBe(new URL(original.url).port);
    const [{ folder: served }] = (await query(copied.url, `SELECT current_setting('data_directory') AS folder`)) as [
      { folder: string },
    ];
    expect(served).toBe(copied.dataDir);
  });
});

async function keepOwner(from: string, to: string): Promise<void> {
  for (const name of ['.', ...(await readdir(to, { recursive: true }))]) {
    const { uid, gid } = await stat(path.join(from, name)).catch(() => stat(from));
    await chown(path.join(to, name), uid, gid);
  }
}
