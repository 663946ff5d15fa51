import { messageOf } from '../../core/errors.ts';
import { findPostmaster } from './postmaster.ts';
import { ensureServer, type ServerPlace } from './server.ts';
import { boundServerLog, serverLogOf } from './server-log.ts';
import { acquireStateMutex } from './state-mutex.ts';

/** The care an attached process takes of the server. */
export interface Supervision {
  /** Ends it; afterwards it does nothing any more. */
  stop(): Promise<void>;
}

const checkMs = 1_000;
/**
 * A server that somebody else told to stop is left alone for so many checks: a service manager tells us at the same time,
 * and until we have finished, the server goes on serving the connections that are open.
 */
const patientChecks = 30;
const longestPauseMs = 30_000;
const logCheckMs = 30_000;
const mutexWaitMs = 60_000;

/**
 * While this process is attached: starts a server that was killed again on its port, so that pools connect anew, and keeps
 * the log small. Does not keep the process alive.
 */
export function superviseServer(place: ServerPlace, port: number): Supervision {
  let isStopped = false;
  let stoppingChecks = 0;
  let pauseMs = checkMs;
  let revival: Promise<void> | null = null;
  let timer = setTimeout(check, pauseMs).unref();
  const logTimer = setInterval(() => void boundServerLog(serverLogOf(place.home)), logCheckMs).unref();

  function check(): void {
    revival = reviveIfDead().finally(() => {
      if (!isStopped) timer = setTimeout(check, pauseMs).unref();
    });
  }

  async function reviveIfDead(): Promise<void> {
    try {
      const postmaster = await findPostmaster(place.dataDir);
      stoppingChecks = postmaster?.state === 'stopping' ? stoppingChecks + 1 : 0;
      if (postmaster !== null && stoppingChecks < patientChecks) return;
      const mutex = await acquireStateMutex(place.home, { waitMs: mutexWaitMs });
      try {
        if (isStopped) return;
        const server = await ensureServer(place, { port, isFixed: true });
        if (server.started) place.notice(`The embedded database had ended unexpectedly and was started again.`);
        pauseMs = checkMs;
      } finally {
        await mutex.release();
      }
    } catch (error) {
      // The state folder was deleted: there is nothing left to take care of.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') isStopped = true;
      else if (pauseMs === checkMs) place.notice(`The embedded database has ended: ${messageOf(error)}`);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(logTimer);
      await revival;
    },
  };
}
