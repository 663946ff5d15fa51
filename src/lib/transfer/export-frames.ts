import { createHash } from 'node:crypto';
import { AppError } from '../core/errors.ts';

/**
 * The inside of an export, before compression: frames of one letter, the length of the payload (32 bits, big-endian) and
 * the payload. First the header, then for each table its beginning, its rows and its end, at last the checksum of all
 * before it. A file without that last frame was cut off.
 */
export type Frame =
  /** The header, as JSON. */
  | { readonly type: 'H'; readonly payload: Buffer }
  /** A table begins: its name and columns, as JSON. */
  | { readonly type: 'T'; readonly payload: Buffer }
  /** Some of its rows, in the text format of COPY; a row may go on in the next frame. */
  | { readonly type: 'D'; readonly payload: Buffer }
  /** The table ends. */
  | { readonly type: 'E'; readonly payload: Buffer }
  /** The export ends: SHA-256 in hexadecimal of every byte before this frame. */
  | { readonly type: 'Z'; readonly payload: Buffer };

const frameTypes = 'HTDEZ';
const headBytes = 5;
/** Longer payloads are divided, so that a reader never holds more. */
const maxPayloadBytes = 256 * 1024;

/** The bytes of frames, with the checksum frame behind them. */
export async function* writeFrames(frames: AsyncIterable<Frame>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const { type, payload } of frames) {
    for (let start = 0; start === 0 || start < payload.length; start += maxPayloadBytes) {
      const bytes = encode(type, payload.subarray(start, start + maxPayloadBytes));
      hash.update(bytes);
      yield bytes;
    }
  }
  yield encode('Z', Buffer.from(hash.digest('hex')));
}

/**
 * The frames of an export, up to the checksum, which it checks.
 *
 * @throws AppError CHECK_FAILED when bytes are missing, changed or too many
 */
export async function* readFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  const hash = createHash('sha256');
  // What came and was not used yet: at most one frame and one chunk.
  let pending: Buffer = Buffer.alloc(0);
  let isComplete = false;
  for await (const chunk of bytes) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let length = frameLength(pending); length !== null; length = frameLength(pending)) {
      if (isComplete) throw damaged('bytes follow its end');
      const frame = decode(pending.subarray(0, length));
      if (frame.type === 'Z') {
        if (frame.payload.toString() !== hash.digest('hex')) throw damaged('its checksum does not match');
        isComplete = true;
      } else {
        hash.update(pending.subarray(0, length));
        yield frame;
      }
      pending = pending.subarray(length);
    }
  }
  if (pending.length > 0 || !isComplete) throw damaged('it was cut off');
}

/** In the text format of COPY every row is one line: line feeds within values are spelled `\n`. */
export function countRowsIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

function encode(type: Frame['type'], payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Length of the frame that the bytes begin with; null when it is not complete. */
function frameLength(bytes: Buffer): number | null {
  if (bytes.length < headBytes) return null;
  const payloadBytes = bytes.readUInt32BE(1);
  if (payloadBytes > maxPayloadBytes || !frameTypes.includes(String.fromCharCode(bytes[0]!)))
    throw damaged('it holds something unknown');
  const length = headBytes + payloadBytes;
  return bytes.length < length ? null : length;
}

function decode(bytes: Buffer): Frame {
  return { type: String.fromCharCode(bytes[0]!) as Frame['type'], payload: bytes.subarray(headBytes) };
}

/** @param how ends "The export is damaged: …" */
export function damaged(how: string, cause?: unknown): AppError {
  return new AppError('CHECK_FAILED', `The export is damaged: ${how}`, {
    hint: 'Nothing was changed. Copy the file again, or use another export.',
    cause,
  });
}
