import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '../../core/errors.ts';
import { spawnIdentity, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { settingArguments, unusableCluster } from './cluster.ts';
import { endOrphanedBackends } from './orphaned-backends.ts';
import { cannotRun, serverEnvironment } from './program.ts';
import { findPostmaster, removeMisleadingPidFile, type Postmaster } from './postmaster.ts';
import { isPidRunning } from './process-identity.ts';
import { boundServerLog, logLength, openServerLog, readLogTail, serverLogOf } from './server-log.ts';

export interface ServerPlace {
  readonly home: string;
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly notice: (line: string) => void;
}

export type StopTarget = Pick<ServerPlace, 'dataDir'> & { readonly binaries?: Binaries };

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** False when the server ran already. */
  readonly started: boolean;
}

/** How long leftovers of a killed server (backends that hold its shared memory or port) may hinder a new one. */
const leftoversMs = 15_000;
/** How long a server may take to get ready: it may have much to recover. */
const readyMs = 300_000;
const stopMs = 60_000;
/** When the operator is told that it takes long. */
const slowMs = 3_000;
const portAttempts = 10;

export interface PortWish {
  /** Taken when it is free. */
  readonly port: number | null;
  /** True when no other port will do: processes are attached by it. */
  readonly isFixed: boolean;
}

/**
 * Returns the server of a data folder, starting it when none runs. Call it with the state mutex held.
 *
 * @throws AppError DATABASE_UNUSABLE when it does not start
 */
export async function ensureServer(place: ServerPlace, wish: PortWish): Promise<RunningServer> {
  const deadline = performance.now() + leftoversMs;
  let port = wish.port ?? (await freePort());
  for (let portsTried = 1; ;) {
    const running = await awaitRunning(place);
    if (running !== null) return { pid: running.pid, port: running.port, started: false };

    await removeMisleadingPidFile(place.dataDir);
    await makePrivate(place.dataDir);
    const outcome = await launch(place, port);
    if (typeof outcome === 'object') return outcome;

    const isTaken = /could not bind|could not create any TCP\/IP sockets/.test(outcome);
    const isKilled = /^the program ended with SIG/m.test(outcome);
    const isHeld = /shared memory block .* still in use|lock file ".*" already exists/.test(outcome);
    if (isTaken && !wish.isFixed && portsTried < portAttempts) {
      portsTried += 1;
      port = await freePort();
    } else if ((isTaken && wish.isFixed) || isHeld || isKilled) {
      if (performance.now() > deadline) throw await cannotStart(place, outcome);
      if (isHeld) await endOrphanedBackends(place.dataDir);
      await sleep(100);
    } else {
      throw await cannotStart(place, outcome);
    }
  }
}

function cannotStart(place: ServerPlace, output: string): Promise<AppError> {
  return unusableCluster(place.dataDir, place.home, 'cannot be started', output);
}

/** PostgreSQL refuses a folder that others may enter; some volume managers open it to a group at each mount. */
async function makePrivate(dataDir: string): Promise<void> {
  if (process.platform === 'win32') return;
  if (((await stat(dataDir)).mode & 0o027) !== 0) await chmod(dataDir, 0o700);
}

/** Stops the server of a data folder at once but cleanly ("fast"); returns when it has ended. */
export async function stopServer({ dataDir, binaries }: StopTarget): Promise<void> {
  const postmaster = await findPostmaster(dataDir);
  if (postmaster === null) return;
  if (process.platform === 'win32') {
    // There SIGINT would be a kill.
    const stop = ['stop', '-D', dataDir, '-m', 'fast', '-w', '-s'];
    if (binaries) await promisify(execFile)(binaries.pgCtl, stop).catch(() => undefined);
    return;
  }
  signal(postmaster.pid, 'SIGINT');
  await waitForEnd(postmaster.pid);
}

/** Waits for a server that is there to become ready or to end; null when there is none (any more). */
async function awaitRunning(place: ServerPlace): Promise<(Postmaster & { port: number }) | null> {
  const startedAt = performance.now();
  const noticeOnce = slowNotice(place);
  for (let isHurried = false; ; await sleep(10)) {
    const postmaster = await findPostmaster(place.dataDir);
    if (postmaster === null) return null;
    if (postmaster.state === 'ready' && postmaster.port !== null) return { ...postmaster, port: postmaster.port };
    if (postmaster.state === 'stopping' && !isHurried) {
      // Somebody else told it to stop, maybe when its last client leaves ("smart"), which nobody may wait for.
      signal(postmaster.pid, 'SIGINT');
      isHurried = true;
    }
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > readyMs)
      throw await unusableCluster(
        place.dataDir,
        place.home,
        `has a server (${postmaster.pid}) that does not get ready`,
      );
    noticeOnce(waitedMs);
  }
}

function slowNotice({ dataDir, notice }: ServerPlace): (waitedMs: number) => void {
  let isSaid = false;
  return (waitedMs) => {
    if (isSaid || waitedMs < slowMs) return;
    isSaid = true;
    notice(`Waiting for the database in ${dataDir}: after a crash it first repeats the last changes.`);
  };
}

/** Starts a server; returns it when it is ready, or what it said when it ended. */
async function launch(place: ServerPlace, port: number): Promise<RunningServer | string> {
  const log = serverLogOf(place.home);
  await boundServerLog(log);
  const offset = await logLength(log);
  const end = process.platform === 'win32' ? await launchThroughPgCtl(place, port) : await launchDetached(place, port);
  return typeof end === 'object' ? end : `${await readLogTail(log, offset)}\n${end}`;
}

async function launchDetached(place: ServerPlace, port: number): Promise<RunningServer | string> {
  await using logHandle = await openServerLog(serverLogOf(place.home));
  const child = spawn(place.binaries.postgres, ['-D', place.dataDir, ...fixedSettings(port)], {
    cwd: place.binaries.bin,
    env: serverEnvironment,
    // Its own session: Ctrl-C in our terminal must reach us only, we stop it when we have finished.
    detached: true,
    stdio: ['ignore', logHandle.fd, logHandle.fd],
    ...spawnIdentity(place.account),
  });
  child.unref();
  const ended = endOf(child, place.binaries.postgres);
  const startedAt = performance.now();
  const noticeOnce = slowNotice(place);
  for (;;) {
    const end = await Promise.race([ended, sleep(4)]);
    if (end instanceof Error) throw end;
    if (end !== undefined) return end;
    const postmaster = await findPostmaster(place.dataDir);
    if (postmaster?.pid === child.pid && postmaster?.state === 'ready' && postmaster.port !== null)
      return { pid: postmaster.pid, port: postmaster.port, started: true };
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > readyMs) {
      child.kill('SIGINT');
      throw await unusableCluster(place.dataDir, place.home, 'did not get ready in time');
    }
    noticeOnce(waitedMs);
  }
}

/** Windows: only pg_ctl knows how to start a server with fewer rights than an administrator has. */
async function launchThroughPgCtl(place: ServerPlace, port: number): Promise<RunningServer | string> {
  const log = serverLogOf(place.home);
  const wait = ['-w', '-t', String(readyMs / 1000), '-s'];
  const child = spawn(
    place.binaries.pgCtl,
    ['start', '-D', place.dataDir, ...wait, '-l', log.file, '-o', fixedSettings(port).join(' ')],
    { cwd: place.binaries.bin, env: serverEnvironment, detached: true, stdio: 'ignore', windowsHide: true },
  );
  const end = await endOf(child, place.binaries.pgCtl);
  if (end instanceof Error) throw end;
  const postmaster = await findPostmaster(place.dataDir);
  if (postmaster?.state !== 'ready' || postmaster.port === null) return `pg_ctl: ${end}`;
  return { pid: postmaster.pid, port: postmaster.port, started: true };
}

/** What must hold whatever `postgresql.conf` says. */
function fixedSettings(port: number): string[] {
  return settingArguments({
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
    cluster_name: 'notify',
  });
}

function endOf(child: ChildProcess, program: string): Promise<string | AppError> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(cannotRun(program, error)));
    child.once('exit', (code, signalName) => resolve(`the program ended with ${signalName ?? `exit code ${code}`}`));
  });
}

async function waitForEnd(pid: number): Promise<void> {
  const deadline = performance.now() + stopMs;
  // Not for the end of its pid file: that goes a moment before the process does.
  while (isPidRunning(pid) && performance.now() < deadline) await sleep(4);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}

/** A port of 127.0.0.1 that is free now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string')
    throw new AppError('DATABASE_UNUSABLE', 'No free port was found for the embedded database.');
  return address.port;
}
