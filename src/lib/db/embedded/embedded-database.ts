import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError, messageOf } from '../../core/errors.ts';
import { isRoot } from './account.ts';
import { databaseName, unusableCluster } from './cluster.ts';
import { keepPort, readOrMakeCredentials, type Credentials } from './credentials.ts';
import { createHome, locationFile } from './layout.ts';
import { preparePlace, type PreparedPlace } from './place.ts';
import { addProcessLock, otherUsers, type ProcessLock } from './process-locks.ts';
import { proveAccess } from './server-access.ts';
import { ensureServer, stopServer, type RunningServer, type ServerPlace } from './server.ts';
import { acquireStateMutex } from './state-mutex.ts';
import { superviseServer, type Supervision } from './supervision.ts';

export interface EmbeddedDatabaseOptions {
  /** The state folder (`NOTIFY_STATE_DIR`); made when it does not exist. */
  stateDir: string;
  /** Gets lines for the operator: a first start, a cluster outside the state folder, a server started again. */
  onNotice?: (line: string) => void;
  /** How long to wait, in milliseconds, for another process that starts or stops the server (default: two minutes). */
  waitMs?: number;
}

/** A running embedded server that this process is attached to. */
export interface EmbeddedDatabase {
  /** `postgres://notify:<password>@127.0.0.1:<port>/notify` */
  readonly url: string;
  readonly dataDir: string;
  /** For example `18.4`. */
  readonly serverVersion: string;
  /** False when the server ran already. */
  readonly startedServer: boolean;
  /** Detaches; the last attached process stops the server. Close the pools first. May be called twice; never throws. */
  release(): Promise<void>;
}

const defaultWaitMs = 120_000;
const reachAttempts = 5;
/** Longer than a killed container's last sign of life counts. */
const otherMachineWaitMs = 25_000;

/**
 * Attaches this process to the embedded PostgreSQL of a state folder: makes the cluster at the first time, starts the
 * server unless it runs, and starts it again if it is killed while this process is attached.
 *
 * @throws AppError CONFIG_INVALID when the state folder cannot be used, DATABASE_VERSION for a cluster of another major
 *   version, DATABASE_UNUSABLE when the server cannot be run, LOCKED when another process or machine has it
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const stateDir = path.resolve(options.stateDir);
  const notice = options.onNotice ?? (() => undefined);
  try {
    const home = await createHome(stateDir);
    const waitMs = options.waitMs ?? defaultWaitMs;
    const deadline = performance.now() + Math.min(waitMs, otherMachineWaitMs);
    for (;;) {
      const attached = await attach(stateDir, home, notice, waitMs);
      if (typeof attached !== 'string') return attached;
      if (performance.now() > deadline) throw usedElsewhere(stateDir, attached);
      await sleep(500);
    }
  } catch (error) {
    throw translate(error, stateDir);
  }
}

/** Attaches; or returns the name of another machine that uses the folder. */
async function attach(
  stateDir: string,
  home: string,
  notice: (line: string) => void,
  waitMs: number,
): Promise<EmbeddedDatabase | string> {
  const mutex = await acquireStateMutex(home, { waitMs });
  let lock: ProcessLock | null = null;
  let started: ServerPlace | null = null;
  try {
    lock = await addProcessLock(home);
    const others = await otherUsers(home, lock);
    if (others.elsewhere !== null) {
      await lock.remove();
      return others.elsewhere;
    }
    const credentials = await readOrMakeCredentials(home);
    const isAlone = others.here === 0;
    const place = await preparePlace({ stateDir, home, credentials, isAlone, notice });
    const { password } = credentials;
    const { server, version } = await reachServer(place, credentials, isAlone);
    if (server.started) started = place;
    if (server.started && place.isRelocated)
      notice(`The database of ${stateDir} is in ${place.dataDir} (named in ${locationFile(stateDir)}).`);
    await keepPort(home, server.port);
    return {
      url: `postgres://${databaseName}:${password}@127.0.0.1:${server.port}/${databaseName}`,
      dataDir: place.dataDir,
      serverVersion: version,
      startedServer: server.started,
      release: detachOnce(place, lock, superviseServer(place, server.port)),
    };
  } catch (error) {
    await lock?.remove();
    if (started !== null) await stopServer(started);
    throw error;
  } finally {
    await mutex.release();
  }
}

/** Starts the server unless it runs, and connects to it once. */
async function reachServer(
  place: PreparedPlace,
  { password, port }: Credentials,
  isAlone: boolean,
): Promise<{ server: RunningServer; version: string }> {
  const { dataDir, isNew } = place;
  for (let attempt = 1; ; attempt += 1) {
    const server = await ensureServer(place, { port, isFixed: !isAlone });
    const access = await proveAccess({ server, dataDir, password, isNew }).catch(async (error: unknown) => {
      if (server.started) await stopServer(place);
      throw error;
    });
    if (access !== 'gone') return { server, version: access.version ?? place.binaries.version };
    // Somebody killed it between the two.
    if (attempt === reachAttempts) throw await unusableCluster(dataDir, place.home, 'has a server that keeps ending');
  }
}

function detachOnce(place: ServerPlace, lock: ProcessLock, supervision: Supervision): () => Promise<void> {
  let detached: Promise<void> | null = null;
  return () => (detached ??= detach(place, lock, supervision));
}

async function detach(place: ServerPlace, lock: ProcessLock, supervision: Supervision): Promise<void> {
  await supervision.stop();
  try {
    const mutex = await acquireStateMutex(place.home, { waitMs: defaultWaitMs });
    try {
      const others = await otherUsers(place.home, lock);
      await lock.remove();
      if (others.here === 0 && others.elsewhere === null) await stopServer(place);
    } finally {
      await mutex.release();
    }
  } catch {
    // The folder is gone, or others have been busy with it for minutes: the next process to open it adopts the server.
    await lock.remove();
  }
}

function usedElsewhere(stateDir: string, host: string): AppError {
  return new AppError('LOCKED', `The state folder ${stateDir} is in use by another machine or container (${host}).`, {
    hint: 'An embedded database serves one machine: stop the other one, use another NOTIFY_STATE_DIR, or set DATABASE_URL.',
  });
}

const folderProblems = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Gives every failure of the file system a code and a way out. */
function translate(error: unknown, stateDir: string): AppError {
  if (isAppError(error)) return error;
  const { code = '', path: file = '' } = error as NodeJS.ErrnoException;
  if (folderProblems.has(code) && isOnPath(file, stateDir))
    return new AppError(
      'CONFIG_INVALID',
      `NOTIFY_STATE_DIR: the folder ${stateDir} cannot be used: ${messageOf(error)}`,
      {
        hint: isRoot()
          ? 'This root account lacks rights of root (a container?): run as an ordinary user, or set DATABASE_URL.'
          : 'Choose a folder that this account can write, or run as the account that owns it.',
        cause: error,
      },
    );
  return new AppError('DATABASE_UNUSABLE', `The embedded database of ${stateDir} cannot be used: ${messageOf(error)}`, {
    hint: code === 'ENOSPC' ? 'The disk is full.' : 'Set DATABASE_URL to use another PostgreSQL server.',
    cause: error,
  });
}

/** True for a path inside the state folder, and for the folders on the way to it. */
function isOnPath(file: string, stateDir: string): boolean {
  const isBelow = (inner: string, outer: string): boolean => !path.relative(outer, inner).startsWith('..');
  return file !== '' && (isBelow(file, stateDir) || isBelow(stateDir, file));
}
