import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPidRunning } from './process-identity.ts';

/** A running server, as its `postmaster.pid` describes it. */
export interface Postmaster {
  readonly pid: number;
  /** Null while the server has not got so far as to write it. */
  readonly port: number | null;
  readonly state: 'starting' | 'ready' | 'stopping';
}

const pidFileName = 'postmaster.pid';

/**
 * The server that runs on a data folder; null when none does. A `postmaster.pid` that a dead server left behind counts as
 * none, also when its pid meanwhile belongs to another program.
 */
export async function findPostmaster(dataDir: string): Promise<Postmaster | null> {
  const described = await readPidFile(dataDir);
  return described !== null && (await isServerOf(described.pid, dataDir)) ? described : null;
}

/**
 * Deletes a `postmaster.pid` whose pid runs, but as another program: PostgreSQL itself looks only at the pid and would
 * refuse to start for as long as that program runs. Call it with the state mutex held and no server running.
 */
export async function removeMisleadingPidFile(dataDir: string): Promise<void> {
  const described = await readPidFile(dataDir);
  if (described === null || (await isServerOf(described.pid, dataDir))) return;
  if (existsAtAll(described.pid)) await rm(path.join(dataDir, pidFileName), { force: true });
}

/** Parses the lines of `postmaster.pid`: pid, data folder, start time, port, socket folder, address, key, status. */
export function parsePidFile(text: string): Postmaster | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const port = Number(lines[3] ?? '');
  const status = lines[7]?.trim();
  return {
    pid,
    port: Number.isInteger(port) && port > 0 ? port : null,
    state: status === 'ready' || status === 'stopping' ? status : 'starting',
  };
}

async function readPidFile(dataDir: string): Promise<Postmaster | null> {
  try {
    return parsePidFile(await readFile(path.join(dataDir, pidFileName), 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  if (!isPidRunning(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return isNamedPostgres(pid);
  const folder = await stat(dataDir);
  try {
    // A server works in its data folder. Compared as files, so a moved folder or a link on the path do no harm.
    const workingFolder = await stat(`/proc/${pid}/cwd`);
    return workingFolder.dev === folder.dev && workingFolder.ino === folder.ino;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && existsSync('/proc/self/cwd')) return false;
    // Root of a container is usually not allowed to look; the program's name and account are public.
    return isPostgresOf(pid, folder.uid);
  }
}

/** In doubt true: a server wrongly taken for dead would be worse than a start that is refused. */
async function isPostgresOf(pid: number, uid: number): Promise<boolean> {
  try {
    const [status, name] = await Promise.all([stat(`/proc/${pid}`), readFile(`/proc/${pid}/comm`, 'utf8')]);
    return status.uid === uid && name.trim() === 'postgres';
  } catch {
    return isPidRunning(pid);
  }
}

function isNamedPostgres(pid: number): boolean {
  try {
    return execFileSync('/bin/ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch {
    return false;
  }
}

function existsAtAll(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
