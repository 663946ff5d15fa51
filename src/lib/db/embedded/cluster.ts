import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lchown, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/errors.ts';
import { spawnIdentity, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { syncFolder } from './own-files.ts';
import { cannotRun, serverEnvironment, tellingLine } from './program.ts';
import { readLogTail, serverLogOf } from './server-log.ts';

/** What a data folder holds. */
export type ClusterState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'complete'; readonly major: number }
  /** `problem` completes the sentence "the folder …". */
  | { readonly kind: 'broken'; readonly problem: string };

/** The name of the role and of the database. */
export const databaseName = 'notify';

/** Settings of a new cluster; an operator may change them in its `postgresql.conf`. */
const initialSettings: Record<string, string> = {
  max_connections: '200',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  log_checkpoints: 'off',
  // Statements and the values in them belong to our users' messages: they must not reach the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Settings as program arguments. */
export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

const initdbTimeoutMs = 120_000;

/** Looks at a data folder without changing it. An empty folder counts as absent. */
export async function inspectCluster(dataDir: string): Promise<ClusterState> {
  const names = await readdir(dataDir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  });
  if (names === null) return { kind: 'broken', problem: 'is not a folder' };
  if (names.length === 0) return { kind: 'absent' };
  const version = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) return { kind: 'broken', problem: 'has no file PG_VERSION' };
  if (!/^\d+(\.\d+)?\s*$/.test(version)) return { kind: 'broken', problem: 'has a damaged file PG_VERSION' };
  const control = await stat(path.join(dataDir, 'global', 'pg_control')).catch(() => null);
  if (control === null) return { kind: 'broken', problem: 'has no file global/pg_control' };
  if (control.size === 0) return { kind: 'broken', problem: 'has an empty file global/pg_control' };
  return { kind: 'complete', major: Math.floor(Number(version)) };
}

/**
 * Makes sure that a data folder can be started by the programs of a major version.
 *
 * @returns false when there is no cluster yet
 * @throws AppError DATABASE_VERSION for a cluster of another major version, DATABASE_UNUSABLE for anything else that is
 *   not a cluster; the folder is left as it is
 */
export async function checkCluster(dataDir: string, home: string, programMajor: number): Promise<boolean> {
  const state = await inspectCluster(dataDir);
  if (state.kind === 'absent') return false;
  if (state.kind === 'broken') throw await unusableCluster(dataDir, home, state.problem);
  if (state.major === programMajor) return true;
  throw new AppError(
    'DATABASE_VERSION',
    `The database in ${dataDir} was made by PostgreSQL ${state.major}; this program brings PostgreSQL ${programMajor}.`,
    {
      hint:
        `Export it with the notify version that brings PostgreSQL ${state.major} (notify db export) and import it here, ` +
        'use another NOTIFY_STATE_DIR, or set DATABASE_URL.',
      details: { folder: dataDir, cluster_major: state.major, program_major: programMajor },
    },
  );
}

/**
 * The error for a data folder that cannot be used.
 *
 * @param problem completes the sentence "the folder …"
 * @param output what the server said; without it, the log's last line is quoted
 */
export async function unusableCluster(
  dataDir: string,
  home: string,
  problem: string,
  output: string | null = null,
): Promise<AppError> {
  const log = serverLogOf(home);
  const lastLine = output === null ? lastLineOf(await readLogTail(log)) : tellingLine(output);
  return new AppError(
    'DATABASE_UNUSABLE',
    `The database folder ${dataDir} ${problem}.${lastLine === null ? '' : ` The last line of its log: ${lastLine}`}`,
    {
      hint:
        `See ${log.file}. Restore the folder from a backup; or, to begin with an empty database, move it away: ` +
        `mv ${quote(dataDir)} ${quote(`${dataDir}.damaged`)}`,
      details: { folder: dataDir, log: log.file, last_log_line: lastLine },
    },
  );
}

/**
 * Makes a cluster whose superuser is `notify` with the given password. It is made beside the data folder and renamed when
 * it is complete: a process killed in between leaves nothing that a later start would stumble over. Call it with the
 * state mutex held.
 *
 * @throws AppError DATABASE_UNUSABLE when initdb fails
 */
export async function createCluster(
  dataDir: string,
  password: string,
  binaries: Binaries,
  account: Account | null,
): Promise<void> {
  await removeUnfinishedClusters(dataDir);
  const unique = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const fresh = `${dataDir}.making-${unique}`;
  const passwordFile = `${fresh}.password`;
  try {
    await mkdir(fresh, { mode: 0o700 });
    if (account !== null) await lchown(fresh, account.uid, account.gid);
    await writePasswordFile(passwordFile, password, account);
    await initialise(fresh, passwordFile, binaries, account);
    await rm(passwordFile);
    // An empty folder may stand there.
    await rmdir(dataDir).catch(() => undefined);
    await rename(fresh, dataDir);
    await syncFolder(path.dirname(dataDir));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function writePasswordFile(file: string, password: string, account: Account | null): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  if (account !== null) await handle.chown(account.uid, account.gid);
  await handle.writeFile(`${password}\n`);
}

async function initialise(
  folder: string,
  passwordFile: string,
  binaries: Binaries,
  account: Account | null,
): Promise<void> {
  // The order of text does not depend on the system's libraries (an update of libc must not break indexes); the
  // system's C.UTF-8, which full text search asks, is missing on old systems.
  const first = await runInitdb(folder, passwordFile, 'C.UTF-8', binaries, account);
  if (first.exitCode === 0) return;
  const second = /locale/i.test(first.output) ? await runInitdb(folder, passwordFile, 'C', binaries, account) : first;
  if (second.exitCode === 0) return;
  throw new AppError('DATABASE_UNUSABLE', `The embedded database could not be made: ${tellingLine(second.output)}`, {
    hint: /could not look up effective user/.test(second.output)
      ? `Give this account a line in /etc/passwd, or set DATABASE_URL to a PostgreSQL server, version 15 or newer.`
      : 'Set DATABASE_URL to a PostgreSQL server, version 15 or newer, if this machine cannot run one.',
    details: { folder, output: second.output.slice(-4000) },
  });
}

async function runInitdb(
  folder: string,
  passwordFile: string,
  locale: string,
  binaries: Binaries,
  account: Account | null,
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(
    binaries.initdb,
    [
      ...['-D', folder, '-U', databaseName, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
      ...[`--locale=${locale}`, '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      ...settingArguments(initialSettings),
    ],
    {
      cwd: binaries.bin,
      env: serverEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: initdbTimeoutMs,
      windowsHide: true,
      ...spawnIdentity(account),
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(cannotRun(binaries.initdb, error)));
    child.on('close', (exitCode, signal) => {
      if (signal !== null) output += `\ninitdb was ended by ${signal}`;
      resolve({ exitCode, output });
    });
  });
}

/** Removes what starts that were killed left beside the data folder. Call it with the state mutex held. */
export async function removeUnfinishedClusters(dataDir: string): Promise<void> {
  const parent = path.dirname(dataDir);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${path.basename(dataDir)}.making-`)) continue;
    // An initdb that outlived its parent may still be writing there; then a later start removes it.
    await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function lastLineOf(text: string): string | null {
  return text.trimEnd().split('\n').at(-1)?.trim() || null;
}

function quote(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`;
}
