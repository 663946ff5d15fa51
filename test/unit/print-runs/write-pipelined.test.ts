import { EventEmitter } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { SFTPWrapper } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { writePipelined } from '../../../src/lib/print-runs/write-pipelined.ts';

type Done = (error?: Error | null, handle?: Buffer) => void;

/** A server that keeps what it is sent; `answer` decides about each write. */
class FakeServer extends EventEmitter {
  readonly written = Buffer.alloc(10_000_000);
  length = 0;
  isClosed = false;
  requests = 0;
  waiting = 0;
  mostWaiting = 0;
  answer: (done: Done) => void = (done) => void setImmediate(done);

  open(_path: string, _flags: string, _attributes: object, done: Done): void {
    setImmediate(done, null, Buffer.from('handle'));
  }

  write(_handle: Buffer, content: Buffer, offset: number, length: number, position: number, done: Done): void {
    this.length = Math.max(this.length, position + length);
    this.requests += 1;
    this.waiting += 1;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    this.answer((error) => {
      // Only now: a server that takes less at once is sent the rest of a request later.
      content.copy(this.written, position, offset, offset + length);
      this.waiting -= 1;
      done(error);
    });
  }

  close(_handle: Buffer, done: Done): void {
    this.isClosed = true;
    setImmediate(done);
  }
}

/** Content whose chunks are good until the next one is asked for. */
async function* passing(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(Math.max(...chunks.map(({ length }) => length)));
  for (const chunk of chunks) {
    chunk.copy(memory);
    yield memory.subarray(0, chunk.length);
    memory.fill('?');
  }
}

function write(server: FakeServer, chunks: readonly Buffer[], signal?: AbortSignal): Promise<void> {
  const content = passing(chunks);
  return writePipelined(server as unknown as SFTPWrapper, { path: 'x', content, timeoutMs: 200, signal });
}

const chunks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000 + index, index));

describe('a pipelined write', () => {
  it('writes every byte at its place, with a bounded number of requests on the way', async () => {
    const server = new FakeServer();
    await write(server, chunks);
    expect(server.written.subarray(0, server.length).equals(Buffer.concat(chunks))).toBe(true);
    expect(server.isClosed).toBe(true);
    expect(server.mostWaiting).toBeGreaterThan(10);
    expect(server.mostWaiting).toBeLessThanOrEqual(64);
  });

  it('sends small chunks together', async () => {
    const server = new FakeServer();
    const small = Array.from({ length: 1000 }, (_, index) => Buffer.alloc(100, index));
    await write(server, small);
    expect(server.written.subarray(0, server.length).equals(Buffer.concat(small))).toBe(true);
    expect(server.requests).toBe(Math.ceil(100_000 / (32 * 1024)));
  });

  it('fails when the server refuses a single request, long before the end', async () => {
    const server = new FakeServer();
    server.answer = (done) => void setImmediate(done, server.requests === 3 ? new Error('Failure') : null);
    const slow = async function* (): AsyncGenerator<Buffer> {
      for (const chunk of chunks) {
        yield chunk;
        await setTimeout(1);
      }
    };
    const content = slow();
    const writing = writePipelined(server as unknown as SFTPWrapper, {
      ...{ path: 'x', content, timeoutMs: 200 },
      signal: undefined,
    });
    await expect(writing).rejects.toThrow('Failure');
  });

  it('fails when the disk of the server is full', async () => {
    const server = new FakeServer();
    let writes = 0;
    server.answer = (done) => void setImmediate(done, (writes += 1) > 20 ? new Error('No space left') : null);
    await expect(write(server, chunks)).rejects.toThrow('No space left');
  });

  it('fails when the server falls silent, or is gone', async () => {
    const silent = new FakeServer();
    silent.answer = () => undefined;
    await expect(write(silent, chunks)).rejects.toThrow('the server was silent for 0.2 s');
    const gone = new FakeServer();
    gone.answer = () => void setImmediate(() => gone.emit('close'));
    await expect(write(gone, chunks)).rejects.toThrow('the connection was lost');
  });

  it('stops when it is told to, and listens no longer', async () => {
    const server = new FakeServer();
    const stop = new AbortController();
    server.answer = () => stop.abort(new Error('stopped'));
    await expect(write(server, chunks, stop.signal)).rejects.toThrow('stopped');
    expect(server.listenerCount('close')).toBe(0);
  });
});
