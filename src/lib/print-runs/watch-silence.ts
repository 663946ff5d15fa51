import type { SFTPWrapper } from 'ssh2';

type Done<Value> = (error: Error | null | undefined, value?: Value) => void;

/** Requests to an SFTP server that may fall silent. */
export interface Silence {
  /** The answer to a request; rejects when the server is silent or gone. */
  ends<Value>(request: (done: Done<Value>) => void): Promise<Value>;
  stop(): void;
}

/** A lost connection answers no request, and a stalled one none for hours. */
export function watchSilence(sftp: SFTPWrapper, timeoutMs: number, signal?: AbortSignal): Silence {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const onClose = (): void => lost.reject(new Error('the connection was lost'));
  const onAbort = (): void => lost.reject(signal!.reason as Error);
  const onSilence = (): void => lost.reject(new Error(`the server was silent for ${timeoutMs / 1000} s`));
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    timer = waiting > 0 ? setTimeout(onSilence, timeoutMs) : undefined;
  };
  sftp.once('close', onClose);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    ends(request) {
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      waiting += 1;
      restart();
      request((error, value) => {
        waiting -= 1;
        restart();
        if (error) reject(error);
        else resolve(value as never);
      });
      return Promise.race([promise, lost.promise]);
    },
    stop() {
      clearTimeout(timer);
      sftp.off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
