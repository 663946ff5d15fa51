import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { writePipelined } from '../../../src/lib/print-runs/write-pipelined.ts';

type Done = (error?: Error | null, handle?: Buffer) => void;

/** A server that keeps what it is sent; `answer` decides about each write. */
class FakeServer extends EventEmitter {
  readonly written = Buffer.alloc(10_000_000);
  length = 0;
  isClosed = false;
  waiting = 0;
  mostWaiting = 0;
  answer: (done: Done) => void = (done) => void setImmediate(done);

  open(_path: string, _flags: string, _attributes: object, done: Done): void {
    setImmediate(done, null, Buffer.from('handle'));
  }

  write(_handle: Buffer, content: Buffer, offset: number, length: number, position: number, done: Done): void {
    content.copy(this.written, position, offset, offset + length);
    this.length = Math.max(this.length, position + length);
    this.waiting += 1;
    this.mostWaiting = Math.max(this.mostWaiting, this.waiting);
    this.answer((error) => {
      this.waiting -= 1;
      done(error);
    });
  }

  close(_handle: Buffer, done: Done): void {
    this.isClosed = true;
    setImmediate(done);
  }
}

function write(server: FakeServer, chunks: readonly Buffer[], signal?: AbortSignal): Promise<void> {
  const content = Readable.from(chunks);
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
