import { open, stat } from 'node:fs/promises';

/**
 * Signs of life of a lock's owner, for processes that cannot see its pid: another container, or another machine, on one
 * volume. Where the pid can be seen they are not looked at.
 */
export interface Heartbeat {
  /** Ends it; afterwards nothing writes to the file any more. */
  stop(): Promise<void>;
}

const intervalMs = 5_000;
const silentAfterMs = 20_000;

/** Touches `file` every few seconds without keeping the process alive. */
export function startHeartbeat(file: string): Heartbeat {
  let beat = Promise.resolve();
  const timer = setInterval(() => {
    beat = touch(file);
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await beat;
    },
  };
}

/**
 * Writes the first byte of a file over itself, so that the file system, and not our clock, sets its time. A file that is
 * gone is no error.
 */
export async function touch(file: string): Promise<void> {
  try {
    await using handle = await open(file, 'r+');
    const first = await handle.read(Buffer.alloc(1), 0, 1, 0);
    await handle.write(first.buffer, 0, first.bytesRead, 0);
  } catch {
    // The owner is being removed; nobody needs its sign of life.
  }
}

/**
 * True when a file was last touched long before `nowMs`, the time of a file touched just now: both are the file system's
 * times. A file that is gone is silent.
 */
export async function isSilent(file: string, nowMs: number): Promise<boolean> {
  const thenMs = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -Infinity;
      throw error;
    },
  );
  return nowMs - thenMs > silentAfterMs;
}
