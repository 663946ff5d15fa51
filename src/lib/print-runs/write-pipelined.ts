import type { SFTPWrapper } from 'ssh2';
import { createBufferPool, type BufferPool } from '../core/buffer-pool.ts';
import { watchSilence } from './watch-silence.ts';

/** What every server takes with one request. */
const requestBytes = 32 * 1024;
/** Requests on the way: a server 20 ms away then takes up to 100 MB/s. */
const mostRequests = 64;

/**
 * Writes content to a file of an SFTP server, replacing what is there, with many requests on the way at a time: one after
 * the other, each would wait for the way there and back. Each request on the way has a buffer of its own, which serves the
 * next one after its answer: a chunk of the content is good only until the next one.
 *
 * @throws Error when the server refuses, is silent for `timeoutMs`, or the connection is lost; whatever the content fails with
 */
export async function writePipelined(
  sftp: SFTPWrapper,
  input: { path: string; content: AsyncIterable<Uint8Array>; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  const { path, content, timeoutMs, signal } = input;
  const silence = watchSilence(sftp, timeoutMs, signal);
  try {
    const handle = await silence.ends<Buffer>((done) => sftp.open(path, 'w', { mode: 0o644 }, done));
    const pending = new Set<Promise<void>>();
    const buffers = createBufferPool();
    let position = 0;
    for await (const { request, bytes } of inRequests(content, buffers)) {
      const at = position;
      position += bytes;
      const writing = silence.ends<void>((done) => sftp.write(handle, request, 0, bytes, at, done));
      pending.add(writing);
      const written = (): void => {
        pending.delete(writing);
        buffers.give(request);
      };
      // One that fails stays: whoever waits next is told.
      writing.then(written, () => undefined);
      if (pending.size >= mostRequests) await Promise.race(pending);
    }
    await Promise.all(pending);
    await silence.ends<void>((done) => sftp.close(handle, done));
  } finally {
    silence.stop();
  }
}

/** Content in requests that are full, but for the last one, each in a buffer of its own. */
async function* inRequests(
  content: AsyncIterable<Uint8Array>,
  buffers: BufferPool,
): AsyncGenerator<{ request: Buffer<ArrayBuffer>; bytes: number }, undefined> {
  let request = buffers.take(requestBytes);
  let bytes = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + requestBytes - bytes);
      request.set(part, bytes);
      bytes += part.length;
      at += part.length;
      if (bytes < requestBytes) continue;
      yield { request, bytes };
      request = buffers.take(requestBytes);
      bytes = 0;
    }
  }
  if (bytes > 0) yield { request, bytes };
}
