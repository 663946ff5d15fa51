import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ClamdAddress } from '../config/letter-keys.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { ScanVerdict, VirusScanner } from './virus-scanner.ts';

const largestChunk = 64 * 1024;
const longestReply = 4 * 1024;
const defaultTimeLimitMs = 120_000;

/** ClamAV's daemon: each file is a connection with the command `INSTREAM` (letters sheet §8). */
export function createClamdScanner(address: ClamdAddress, { timeLimitMs = defaultTimeLimitMs } = {}): VirusScanner {
  return {
    async scan(content) {
      const socket = connect(address);
      const reply = readReply(socket, timeLimitMs);
      try {
        // A daemon that refuses answers before it has everything, and hangs up: what it says counts.
        await Promise.race([sendFile(socket, content), reply]);
        return readVerdict(await reply);
      } finally {
        reply.catch(() => undefined);
        socket.destroy();
        content.destroy();
      }
    },
  };
}

/** Chunks with their length in front, and a length of zero at the end. */
async function sendFile(socket: Socket, content: Readable): Promise<void> {
  socket.write('zINSTREAM\0');
  for await (const read of content) {
    const bytes = Buffer.from(read as Uint8Array);
    for (let at = 0; at < bytes.length; at += largestChunk) {
      const chunk = bytes.subarray(at, at + largestChunk);
      socket.write(lengthOf(chunk.length));
      if (!socket.write(chunk)) await drained(socket);
      if (socket.destroyed) return;
    }
  }
  socket.write(lengthOf(0));
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      socket.off('drain', end).off('close', end);
      resolve();
    };
    socket.on('drain', end).on('close', end);
  });
}

/** The daemon's answer up to its zero byte, or to the end of the connection. */
function readReply(socket: Socket, timeLimitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => fail(`no answer within ${timeLimitMs / 1000} s`), timeLimitMs);
    const succeed = (): void => {
      clearTimeout(timer);
      resolve(text.replace(/\0.*$/s, '').trim());
    };
    const fail = (problem: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(scannerFailed(problem, cause));
    };
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (text.includes('\0')) succeed();
      else if (text.length > longestReply) fail('the answer does not end');
    });
    socket.on('error', (error) => (text === '' ? fail(messageOf(error), error) : succeed()));
    socket.on('close', () => (text === '' ? fail('the connection was closed without an answer') : succeed()));
  });
}

function readVerdict(reply: string): ScanVerdict {
  if (/^stream: OK$/.test(reply)) return { isClean: true };
  const virus = /^stream: (.+) FOUND$/.exec(reply)?.[1];
  if (virus !== undefined) return { isClean: false, virus };
  throw scannerFailed(`it answered '${reply}'`);
}

function scannerFailed(problem: string, cause?: unknown): AppError {
  return new AppError('SCANNER_FAILED', `The virus scanner failed: ${problem}`, { cause });
}
