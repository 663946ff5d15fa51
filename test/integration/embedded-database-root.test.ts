import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseAccount } from '../../src/lib/db/embedded/account.ts';
import { prepareBinaries } from '../../src/lib/db/embedded/binaries.ts';
import { copyBinaries } from '../../src/lib/db/embedded/binary-copy.ts';
import { makeMissingLinks } from '../../src/lib/db/embedded/binary-links.ts';
import { createCluster } from '../../src/lib/db/embedded/cluster.ts';
import { findBinaryPackage, type BinaryPackage } from '../../src/lib/db/embedded/binary-package.ts';
import { createSandbox, isRoot, query, serverPid } from '../support/fixtures/embedded-database-sandbox.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';

const sandbox = createSandbox();
const outside: string[] = [];
afterEach(async () => {
  await sandbox.clear();
  for (const folder of outside.splice(0)) {
    await rm(folder, { recursive: true, force: true });
    await rmdir(path.dirname(folder)).catch(() => undefined);
  }
});

const version = async (program: string): Promise<string> => (await promisify(execFile)(program, ['--version'])).stdout;

/** A copy of the package as npm unpacks it when install scripts are off: without links. */
async function packageWithoutLinks(parent: string): Promise<BinaryPackage> {
  const installed = await findBinaryPackage();
  const folder = path.join(parent, 'package');
  await cp(installed.folder, folder, {
    recursive: true,
    filter: async (source) => !/\.so(\.\d+)?$/.test(source) || (await isRegular(source)),
  });
  return { folder, version: installed.version };
}

async function isRegular(file: string): Promise<boolean> {
  return (await lstat(file)).isFile();
}

describe('programs whose install script did not run', () => {
  it('get their links where they are', async () => {
    const source = await packageWithoutLinks(await sandbox.folder());
    const postgres = path.join(source.folder, 'native', 'bin', 'postgres');
    await expect(version(postgres)).rejects.toThrow('cannot open shared object file');
    const binaries = await prepareBinaries(source, await chooseAccount(), await sandbox.folder());
    expect(binaries.postgres).toBe(postgres);
    expect(await version(postgres)).toContain('PostgreSQL) 18');
  });

  it('get links in place of links that lead nowhere, by several starters at once', async () => {
    const source = await packageWithoutLinks(await sandbox.folder());
    await symlink('nowhere.so', path.join(source.folder, 'native', 'lib', 'libicuuc.so.60'));
    await Promise.all([1, 2, 3, 4].map(() => makeMissingLinks(source.folder)));
    expect(await version(path.join(source.folder, 'native', 'bin', 'postgres'))).toContain('PostgreSQL) 18');
  });
});

describe('a copy of the programs', () => {
  it('is complete, made once by several copiers, and made again when it is damaged', async () => {
    const folder = await sandbox.folder();
    const source = await packageWithoutLinks(folder);
    const copies = path.join(folder, 'copies');
    const targets = await Promise.all([1, 2, 3].map(() => copyBinaries(source, copies)));
    expect(new Set(targets)).toEqual(new Set([path.join(copies, `postgres-${source.version}`)]));
    expect(await readdir(copies)).toEqual([`postgres-${source.version}`]);
    const target = targets[0]!;
    expect(await version(path.join(target, 'native/bin/postgres'))).toContain('PostgreSQL) 18');

    const { ino } = await stat(target);
    await copyBinaries(source, copies);
    expect((await stat(target)).ino).toBe(ino);

    await rm(path.join(target, 'native/share/postgresql/timezonesets'), { recursive: true });
    await copyBinaries(source, copies);
    expect(await version(path.join(target, 'native/bin/initdb'))).toContain('PostgreSQL) 18');
    expect(await readdir(path.join(target, 'native/share/postgresql/timezonesets'))).not.toEqual([]);
    expect(await readdir(copies)).toEqual([`postgres-${source.version}`]);
  });

  it.runIf(isRoot)('is used when the account of the server cannot get to the package (needs root)', async () => {
    const folder = await sandbox.folder();
    await mkdir(path.join(folder, 'closed'), { mode: 0o700 });
    const source = await packageWithoutLinks(path.join(folder, 'closed'));
    const copies = path.join(folder, 'copies');
    const account = (await chooseAccount())!;
    const previous = process.umask(0o077);
    let binaries;
    try {
      binaries = await prepareBinaries(source, account, folder, copies);
    } finally {
      process.umask(previous);
    }
    expect(binaries.postgres).toBe(path.join(copies, `postgres-${source.version}`, 'native/bin/postgres'));
    const dataDir = path.join(folder, 'data');
    await createCluster(dataDir, 'a-password-of-some-length', binaries, account);
    expect((await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8')).trim()).toBe('18');
  });
});

describe('the account', () => {
  it.runIf(isRoot)('is postgres, else nobody, else an error (needs root)', async () => {
    const folder = await sandbox.folder();
    const passwd = path.join(folder, 'passwd');
    const lines = { root: 'root:x:0:0::/:/bin/sh', nobody: 'nobody:x:65534:65533::/:', postgres: 'postgres:x:7:8::/:' };
    await writeFile(passwd, `${lines.root}\n${lines.nobody}\n${lines.postgres}\n`);
    expect(await chooseAccount(passwd)).toEqual({ name: 'postgres', uid: 7, gid: 8 });
    await writeFile(passwd, `${lines.root}\n${lines.nobody}\n`);
    expect(await chooseAccount(passwd)).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
    await writeFile(passwd, `${lines.root}\n`);
    await expect(chooseAccount(passwd)).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE' });
  });
});

describe.runIf(isRoot)('root with a state folder that the account cannot enter (needs root)', () => {
  async function closedStateDir(): Promise<{ stateDir: string; expected: string }> {
    const folder = await sandbox.folder();
    const stateDir = path.join(folder, 'home', 'state');
    await mkdir(path.join(folder, 'home'), { mode: 0o700 });
    const name = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
    const expected = path.join('/var/lib/notify', name);
    outside.push(expected);
    return { stateDir, expected };
  }

  it('has its cluster under /var/lib/notify, named in the state folder and in a notice', async () => {
    const { stateDir, expected } = await closedStateDir();
    const notices: string[] = [];
    const first = await sandbox.open(stateDir, (line) => notices.push(line));
    expect(first.dataDir).toBe(expected);
    expect((await stat(expected)).uid).toBe((await chooseAccount())!.uid);
    expect((await stat(`/proc/${await serverPid(expected)}`)).uid).toBe((await chooseAccount())!.uid);
    expect((await readFile(path.join(stateDir, 'postgres', 'location'), 'utf8')).trim()).toBe(expected);
    expect(notices.at(-1)).toBe(
      `The database of ${stateDir} is in ${expected} (named in ${stateDir}/postgres/location).`,
    );
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();

    const second = await sandbox.open(stateDir);
    expect(second.dataDir).toBe(expected);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('begins anew when the state folder was deleted, and sets the old cluster aside', async () => {
    const { stateDir, expected } = await closedStateDir();
    const first = await sandbox.open(stateDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();
    await rm(stateDir, { recursive: true });

    const notices: string[] = [];
    const second = await sandbox.open(stateDir, (line) => notices.push(line));
    const aside = /moved to (\S+)\.$/.exec(notices[0] ?? '')?.[1];
    expect(aside).toMatch(new RegExp(`^${expected}\\.orphaned-`));
    outside.push(aside!);
    expect(await stat(aside!)).toBeDefined();
    await expect(query(second.url, 'SELECT answer FROM kept')).rejects.toMatchObject({ code: '42P01' });
  });

  it('keeps a cluster inside the state folder there, and says what is missing', async () => {
    const folder = await sandbox.folder();
    const stateDir = path.join(folder, 'state');
    await makeStoppedCluster(stateDir);
    await chmod(folder, 0o700);
    await expect(sandbox.open(stateDir)).rejects.toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining('cannot enter') as unknown,
      hint: expect.stringContaining('chmod') as unknown,
    });
  });
});

describe('the server', () => {
  it.runIf(process.platform === 'linux')(
    'is no member of our terminal session, so Ctrl-C does not reach it',
    async () => {
      const stateDir = path.join(await sandbox.folder(), 'state');
      await makeStoppedCluster(stateDir);
      const database = await sandbox.open(stateDir);
      const pid = (await serverPid(database.dataDir))!;
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      const [, , group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      expect([group, session]).toEqual([String(pid), String(pid)]);
    },
  );
});
