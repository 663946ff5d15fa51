import { nextShutdownSignal } from './shutdown-signal.ts';

/**
 * Runs long work that gives up in good order: the first SIGINT or SIGTERM aborts the signal that `work` was given, and
 * once it has cleaned up, the process ends by that signal (exit status 130 or 143). A second one ends it at once.
 *
 * @param options.afterwards a line that says how things stand after an interruption
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { notice, afterwards }: { notice: (line: string) => void; afterwards: string | (() => string) },
): Promise<Result> {
  const controller = new AbortController();
  const over = new AbortController();
  let received: 'SIGINT' | 'SIGTERM' | null = null;
  void nextShutdownSignal(() => notice('Stopped at once.'), over.signal).then(({ name }) => {
    received = name;
    notice('Stopping…');
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    if (received !== null) {
      notice(typeof afterwards === 'string' ? afterwards : afterwards());
      await endBySignal(received);
    }
    over.abort();
  }
}

/** Ends the process as if nobody had listened for the signal. Never resolves. */
function endBySignal(name: 'SIGINT' | 'SIGTERM'): Promise<never> {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  return new Promise(() => undefined);
}
