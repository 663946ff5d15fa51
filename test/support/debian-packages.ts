/** Programs of Debian-like systems, unpacked into a cache folder without root and without installing anything. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './wait.ts';

const run = promisify(execFile);

/** How long a failed download is not tried again: every file of a run would wait for it. */
const failureMemoryMs = 10 * 60_000;
const downloadTimeoutMs = 120_000;

/**
 * Makes sure that the packages are unpacked in the cache and returns the folder that stands for `/`. May be called by
 * several processes at once: one downloads, and the folder appears complete or not at all.
 *
 * @throws Error saying why it is not possible here
 */
export async function unpackDebianPackages(name: string, packages: readonly string[]): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `${name}-${process.arch}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const unlock = await takeLock(`${folder}.lock`);
  try {
    if (existsSync(folder)) return folder;
    await throwRecentFailure(`${folder}.failed`);
    await download(folder, packages);
    return folder;
  } catch (error) {
    await writeFile(`${folder}.failed`, reasonOf(error));
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    await unlock();
  }
}

/** Where shared libraries of unpacked packages are, for LD_LIBRARY_PATH. */
export async function libraryPath(folder: string): Promise<string> {
  const paths: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    const names = await readdir(join(folder, base)).catch(() => []);
    for (const name of names) if (name.includes('-linux-')) paths.push(join(folder, base, name));
  }
  return paths.join(':');
}

function cacheFolder(): string {
  const caches =
    process.env['XDG_CACHE_HOME'] ||
    (process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache'));
  return join(caches, 'notify-toolkit-tests');
}

async function download(folder: string, packages: readonly string[]): Promise<void> {
  const work = await mkdtemp(`${folder}.making-`);
  try {
    const downloads = join(work, 'downloads');
    const files = join(work, 'files');
    await mkdir(downloads);
    await fetchPackages(downloads, packages);
    for (const file of await readdir(downloads)) await run('dpkg', ['-x', join(downloads, file), files]);
    await rename(files, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchPackages(folder: string, packages: readonly string[]): Promise<void> {
  const options = { cwd: folder, timeout: downloadTimeoutMs };
  try {
    await run('apt-get', ['-qq', 'download', ...packages], options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    // A machine whose package lists are missing or old gets lists of its own; those of the system need root.
    const lists = await mkdtemp(`${folder}-lists-`);
    await mkdir(join(lists, 'partial'));
    const ownLists = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${lists}`];
    await run('apt-get', ['-qq', ...ownLists, 'update'], options);
    await run('apt-get', ['-qq', ...ownLists, 'download', ...packages], options);
  }
}

/** Takes a lock file; one whose process is gone does not count. */
async function takeLock(file: string): Promise<() => Promise<void>> {
  await waitFor(
    async () => {
      try {
        await using handle = await open(file, 'wx');
        await handle.writeFile(String(process.pid));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (await isAbandoned(file)) await rm(file, { force: true });
        return false;
      }
    },
    { timeout: 2 * downloadTimeoutMs, what: `the lock ${file}` },
  );
  return () => rm(file, { force: true });
}

async function isAbandoned(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  // Made a moment ago, and its pid not yet written.
  if (pid === 0) return (await ageOf(file)) > 10_000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function throwRecentFailure(file: string): Promise<void> {
  if ((await ageOf(file)) < failureMemoryMs) throw new Error(await readFile(file, 'utf8'));
}

/** Milliseconds since a file was written; Infinity without it. */
async function ageOf(file: string): Promise<number> {
  const facts = await stat(file).catch(() => null);
  return facts === null ? Infinity : Date.now() - facts.mtimeMs;
}

function reasonOf(error: unknown): string {
  const { message, stderr = '' } = error as Error & { stderr?: string };
  return (stderr.trim().split('\n')[0] || message).trim();
}
