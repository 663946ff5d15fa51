import type { Readable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';

/** What every server takes with one request. */
const requestBytes = 32 * 1024;
/** Requests on the way: a server 20 ms away then takes up to 100 MB/s. */
const mostRequests = 64;

/**
 * Writes a stream to a file of an SFTP server, replacing what is there, with many requests on the way at a time: one after
 * the other, each would wait for the way there and back.
 *
 * @throws Error when the server refuses, is silent for `timeoutMs`, or the connection is lost; whatever the content fails with
 */
export async function writePipelined(
  sftp: SFTPWrapper,
  input: { path: string; content: Readable; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  const { path, content, timeoutMs, signal } = input;
  const silence = watchSilence(sftp, timeoutMs, signal);
  try {
    const handle = await silence.ends<Buffer>((done) => sftp.open(path, 'w', { mode: 0o644 }, done));
    const pending = new Set<Promise<void>>();
    let position = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      for (let offset = 0; offset < chunk.length; offset += requestBytes) {
        const part = chunk.subarray(offset, offset + requestBytes);
        const at = position;
        position += part.length;
        const writing = silence.ends<void>((done) => sftp.write(handle, part, 0, part.length, at, done));
        pending.add(writing);
        writing.finally(() => pending.delete(writing)).catch(() => undefined);
        if (pending.size >= mostRequests) await Promise.race(pending);
      }
    }
    await Promise.all(pending);
    await silence.ends<void>((done) => sftp.close(handle, done));
  } finally {
    silence.stop();
    content.destroy();
  }
}

type Done<Value> = (error: Error | null | undefined, value?: Value) => void;

interface Silence {
  /** The answer to a request; rejects when the server is silent or gone. */
  ends<Value>(request: (done: Done<Value>) => void): Promise<Value>;
  stop(): void;
}

/** A lost connection answers no request, and a stalled one none for hours. */
function watchSilence(sftp: SFTPWrapper, timeoutMs: number, signal: AbortSignal | undefined): Silence {
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
