import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { isSilent, startHeartbeat, touch } from './heartbeat.ts';
import { makeOwnFolder, writeOwnFile } from './own-files.ts';
import { currentProcess, livenessOf, parseProcessIdentity } from './process-identity.ts';

/** This process's mark that it uses the server. */
export interface ProcessLock {
  readonly file: string;
  /** Takes the mark away; never throws. */
  remove(): Promise<void>;
}

export interface OtherUsers {
  /** Processes of this machine that use the server. */
  readonly here: number;
  /** A machine or container, other than this one, whose process gave a sign of life lately; null when there is none. */
  readonly elsewhere: string | null;
}

/** Marks this process as a user of the server of `folder`. Call it with the state mutex held. */
export async function addProcessLock(folder: string): Promise<ProcessLock> {
  const locks = locksFolder(folder);
  await makeOwnFolder(locks);
  const file = path.join(locks, `${process.pid}-${randomBytes(4).toString('hex')}.json`);
  const content = { ...currentProcess(), host: hostname(), folder: await folderNumber(folder) };
  await writeOwnFile(file, JSON.stringify(content));
  const heartbeat = startHeartbeat(file);
  return {
    file,
    async remove() {
      await heartbeat.stop();
      await rm(file, { force: true }).catch(() => undefined);
    },
  };
}

/**
 * Counts who else uses the server, and deletes the marks of dead processes. Call it with the state mutex held; `own` is
 * this process's lock, which does not count.
 */
export async function otherUsers(folder: string, own: ProcessLock): Promise<OtherUsers> {
  const number = await folderNumber(folder);
  let here = 0;
  let elsewhere: string | null = null;
  await touch(own.file);
  const now = (await stat(own.file)).mtimeMs;
  for (const file of await lockFiles(folder)) {
    if (file === own.file) continue;
    const user = await readLock(file, number);
    const liveness = user === null ? 'dead' : livenessOf(user.identity);
    if (liveness === 'alive') here += 1;
    else if (liveness === 'elsewhere' && !(await isSilent(file, now))) elsewhere = user!.host;
    else await rm(file, { force: true });
  }
  return { here, elsewhere };
}

/** Counts the living users of this machine without changing anything. */
export async function countUsers(folder: string): Promise<number> {
  const number = await folderNumber(folder);
  const users = await Promise.all((await lockFiles(folder)).map((file) => readLock(file, number)));
  return users.filter((user) => user !== null && livenessOf(user.identity) === 'alive').length;
}

function locksFolder(folder: string): string {
  return path.join(folder, 'processes');
}

async function lockFiles(folder: string): Promise<string[]> {
  const names = await readdir(locksFolder(folder)).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => path.join(locksFolder(folder), name));
}

/** What tells a folder from a copy of it: locks that were copied with it are not about it. */
async function folderNumber(folder: string): Promise<number> {
  return (await stat(folder)).ino;
}

/** Reads a lock; null for one that cannot be read or is about another folder. */
async function readLock(file: string, folder: number) {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as { host?: unknown; folder?: unknown };
    if (value.folder !== folder) return null;
    const identity = parseProcessIdentity(value);
    return identity && { identity, host: typeof value.host === 'string' ? value.host : 'an unknown host' };
  } catch {
    return null;
  }
}
