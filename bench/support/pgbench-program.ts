import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/lib/core/errors.ts';
import { BenchError } from './bench.ts';

const run = promisify(execFile);

/** A pgbench that works here. */
export interface PgbenchProgram {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

export interface FindOptions {
  /** Where to look, in order; the PATH and Debian's folders when not given. */
  readonly folders?: readonly string[];
  /** Where a fetched one is kept. */
  readonly cache?: string;
  readonly log: (line: string) => void;
}

/**
 * Finds pgbench: on the PATH, in Debian's folders, or fetched as a package and unpacked without installing it.
 *
 * @throws BenchError 69 when there is none and none can be fetched
 */
export async function findPgbench({
  folders = usualFolders(),
  cache = defaultCache(),
  log,
}: FindOptions): Promise<PgbenchProgram> {
  for (const folder of folders) {
    const found = await tryProgram(join(folder, 'pgbench'), {});
    if (found !== null) return found;
  }
  return (await findUnpacked(cache)) ?? (await fetchPgbench(cache, log));
}

function usualFolders(): string[] {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...onPath, ...globSync('/usr/lib/postgresql/*/bin').sort().reverse()];
}

function defaultCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'notify-bench', 'pgbench');
}

/** One that is there may still not run: Debian's one on the PATH is a wrapper that needs another package. */
async function tryProgram(file: string, env: NodeJS.ProcessEnv): Promise<PgbenchProgram | null> {
  try {
    const { stdout } = await run(file, ['--version'], { env: { ...process.env, ...env } });
    const version = /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1];
    return version === undefined ? null : { file, env, version };
  } catch {
    return null;
  }
}

async function findUnpacked(cache: string): Promise<PgbenchProgram | null> {
  const [file] = globSync(join(cache, 'usr/lib/postgresql/*/bin/pgbench'));
  if (file === undefined) return null;
  const libraries = globSync(join(cache, 'usr/lib/*-linux-*'));
  return tryProgram(file, libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(delimiter) });
}

async function fetchPgbench(cache: string, log: (line: string) => void): Promise<PgbenchProgram> {
  log(`Fetching pgbench into ${cache}…`);
  try {
    await mkdir(cache, { recursive: true });
    await unpack(cache, await serverPackage());
    const found = await findUnpacked(cache);
    if (found !== null) return found;
    await unpack(cache, ...(await libraryPackages()));
    const withLibraries = await findUnpacked(cache);
    if (withLibraries !== null) return withLibraries;
    throw new Error('it was fetched and does not run');
  } catch (error) {
    throw new BenchError(
      69,
      `There is no pgbench, and it cannot be fetched: ${messageOf(error).trim()}\nInstall it (Debian: postgresql-15 or newer; elsewhere: PostgreSQL's client programs) and put it on the PATH.`,
      { cause: error },
    );
  }
}

/** The package that has pgbench in this release of Debian or Ubuntu. */
async function serverPackage(): Promise<string> {
  const { stdout } = await run('apt-cache', ['search', '--names-only', '^postgresql-[0-9]+$']);
  const names: string[] = stdout.match(/^postgresql-\d+/gm) ?? [];
  const newest = names.sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))[0];
  return names.includes('postgresql-15') ? 'postgresql-15' : (newest ?? 'postgresql-15');
}

/** What pgbench needs beyond the C library. */
async function libraryPackages(): Promise<string[]> {
  const { stdout } = await run('apt-cache', [
    'depends',
    '--recurse',
    '--important',
    '--no-conflicts',
    '--no-replaces',
    '--no-breaks',
    'libpq5',
  ]);
  const names = stdout.match(/^\S+$/gm) ?? [];
  return names.filter((name) => /^lib/.test(name) && !/^lib(c6|gcc|crypt1)/.test(name));
}

async function unpack(cache: string, ...packages: string[]): Promise<void> {
  await run('apt-get', ['download', ...packages], { cwd: cache });
  const archives = (await readdir(cache)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', join(cache, archive), cache]);
}
