import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { currentProcess, isPidRunning, livenessOf } from '../../src/lib/db/embedded/process-identity.ts';
import { acquireStateMutex } from '../../src/lib/db/embedded/state-mutex.ts';
import { createSandbox, serverPid } from '../support/fixtures/embedded-database-sandbox.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';

const sandbox = createSandbox();
afterEach(() => sandbox.clear());

/** Writes the lock of a process in another container. */
async function writeForeignLock(lock: string): Promise<void> {
  const { ino } = await stat(path.join(path.dirname(lock), '..'));
  await writeFile(lock, JSON.stringify({ ...currentProcess(), scope: 'another boot', host: 'box-7', folder: ino }));
}

/** A folder whose server was stopped, and the file of a lock that a process elsewhere could have. */
async function stoppedCluster(): Promise<{ stateDir: string; lock: string }> {
  const stateDir = path.join(await sandbox.folder(), 'state');
  await makeStoppedCluster(stateDir);
  return { stateDir, lock: path.join(stateDir, 'postgres', 'processes', 'foreign.json') };
}

describe('a state folder on a volume that another machine or container uses', () => {
  it('is refused while that gives signs of life', async () => {
    const { stateDir, lock } = await stoppedCluster();
    await writeForeignLock(lock);
    await expect(sandbox.open(stateDir, undefined, 700)).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('box-7') as unknown,
      hint: expect.stringContaining('NOTIFY_STATE_DIR') as unknown,
    });
    expect(await readdir(path.dirname(lock))).toEqual(['foreign.json']);
  });

  it('is free again when that has been silent for a while', async () => {
    const { stateDir, lock } = await stoppedCluster();
    await writeForeignLock(lock);
    const { mtimeMs } = await stat(lock);
    await utimes(lock, (mtimeMs - 60_000) / 1000, (mtimeMs - 60_000) / 1000);
    expect((await sandbox.open(stateDir)).startedServer).toBe(true);
    await expect(stat(lock)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a process lock', () => {
  it('does not count when its pid belongs to another process by now', async () => {
    const { stateDir } = await stoppedCluster();
    const database = await sandbox.open(stateDir);
    const locks = path.join(stateDir, 'postgres', 'processes');
    const { ino } = await stat(path.join(stateDir, 'postgres'));
    const recycled = { ...currentProcess(), startedAt: '1', host: 'here', folder: ino };
    await writeFile(path.join(locks, 'recycled.json'), JSON.stringify(recycled));
    const pid = (await serverPid(database.dataDir))!;
    await database.release();
    expect(isPidRunning(pid)).toBe(false);
    expect(await readdir(locks)).toEqual([]);
  });

  it('tells the living from the dead', () => {
    const own = currentProcess();
    expect(livenessOf(own)).toBe('alive');
    expect(livenessOf({ ...own, pid: 2 ** 30 })).toBe('dead');
    expect(livenessOf({ ...own, scope: 'another boot' })).toBe('elsewhere');
  });
});

describe('the mutex of a state folder', () => {
  it('has one owner at a time, also when many find the same dead owner', async () => {
    const folder = await sandbox.folder();
    await writeFile(path.join(folder, 'mutex.7'), JSON.stringify({ ...currentProcess(), startedAt: 'long ago' }));
    let owners = 0;
    let most = 0;
    const take = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        const mutex = await acquireStateMutex(folder, { waitMs: 30_000 });
        owners += 1;
        most = Math.max(most, owners);
        await new Promise((resolve) => setImmediate(resolve));
        owners -= 1;
        await mutex.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, take));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual(['mutex.87']);
    expect(await readFile(path.join(folder, 'mutex.87'), 'utf8')).toBe('released');
  });

  it('is refused as LOCKED when its owner keeps it', async () => {
    const folder = await sandbox.folder();
    const held = await acquireStateMutex(folder, { waitMs: 1000 });
    await expect(acquireStateMutex(folder, { waitMs: 50 })).rejects.toMatchObject({ code: 'LOCKED' });
    await held.release();
    await (await acquireStateMutex(folder, { waitMs: 50 })).release();
  });
});
