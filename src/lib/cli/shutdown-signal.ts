/** A request to stop. */
export interface ShutdownSignal {
  readonly name: 'SIGINT' | 'SIGTERM';
}

const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Resolves at the first SIGINT or SIGTERM. A second one, at least a second later so that a doubled Ctrl-C is not one,
 * ends the process at once: everything is built to be killed at any moment.
 *
 * @param over when it is aborted, nobody listens any longer
 */
export function nextShutdownSignal(onAbort: () => void, over?: AbortSignal): Promise<ShutdownSignal> {
  return new Promise((resolve) => {
    let firstAt: number | null = null;
    const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
      if (firstAt === null) {
        firstAt = performance.now();
        resolve({ name });
        return;
      }
      if (performance.now() - firstAt < 1000) return;
      onAbort();
      // The one place that ends the process by force.
      // eslint-disable-next-line no-restricted-properties
      process.exit(exitStatus[name]);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    over?.addEventListener('abort', () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    });
  });
}
