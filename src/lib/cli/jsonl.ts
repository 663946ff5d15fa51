import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { assertNoFolder, unreadableFile } from '../core/file-error.ts';

/**
 * The machinery of `--jsonl` (templating sheet §11): one JSON object a line in, one out, in order, in constant memory.
 */

/** The answer to one line. */
export interface LineAnswer {
  /** False when there was nothing to work on: not JSON, or a field missing or of the wrong type. */
  readonly processed: boolean;
  /** One line of JSON, without line end. */
  readonly json: string;
}

export type LineHandler = (line: string) => LineAnswer;

export interface LineCounts {
  readonly lines: number;
  /** Lines that could not be processed. */
  readonly failed: number;
}

/** A line longer than this many bytes is not read but answered with an error. */
export const longestLine = 64 * 1024 * 1024;

const lineFeed = 0x0a;
const utf8Bom = Buffer.from([0xef, 0xbb, 0xbf]);
/** Characters of output gathered before they are written: a write for each line would cost more than the line. */
const outputBatch = 64 * 1024;

/**
 * Answers every line of `input` on `output`. All answers to a chunk of input are written before the next one is read, so
 * that a partner who waits for an answer gets it, and a slow reader slows down the reading.
 *
 * Ends early and quietly when nobody reads the output any more.
 */
export async function answerLines(
  input: AsyncIterable<Buffer>,
  output: Writable,
  answer: LineHandler,
): Promise<LineCounts> {
  const counts = { lines: 0, failed: 0 };
  const writer = new BatchWriter(output);
  const splitter = new LineSplitter(longestLine);
  const take = (line: string | null): void => {
    const { processed, json } = line === null ? unprocessed(tooLong) : answer(line);
    counts.lines += 1;
    if (!processed) counts.failed += 1;
    writer.add(json);
  };
  for await (const chunk of input) {
    for (const lines of splitter.push(chunk)) {
      for (const line of lines) {
        take(line);
        if (writer.isFull) await writer.flush();
      }
    }
    await writer.flush();
    if (writer.isClosed) return counts;
  }
  for (const line of splitter.end()) take(line);
  await writer.flush();
  return counts;
}

const tooLong = `Line is longer than ${longestLine / 1024 / 1024} MiB`;

/** The answer to a line that could not be processed. */
export function unprocessed(error: string): LineAnswer {
  return { processed: false, json: JSON.stringify({ ok: false, error }) };
}

/** The exit status of a run: 3 when some lines could not be processed, 1 when none could. */
export function exitCodeOf({ lines, failed }: LineCounts): number {
  if (failed === 0) return 0;
  return failed === lines ? 1 : 3;
}

/** Opens the file of a `--jsonl` flag; `-` is standard input. @throws AppError USAGE_INVALID */
export async function openLines(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  const stream = createReadStream(file, { highWaterMark: outputBatch });
  try {
    await once(stream, 'open');
    assertNoFolder(await stat(file));
  } catch (error) {
    throw unreadableFile('--jsonl', file, error, 'a file, or - for standard input');
  }
  return stream;
}

/** Cuts bytes into lines. A piece without line end is kept as bytes, since it may end in half a character. */
class LineSplitter {
  private pieces: Buffer[] = [];
  private size = 0;
  private isFirst = true;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The lines that end in this chunk, in groups; null stands for one that is too long. */
  *push(chunk: Buffer): Generator<(string | null)[]> {
    const first = chunk.indexOf(lineFeed);
    if (first === -1) {
      this.keep(chunk);
      return;
    }
    let start = 0;
    if (this.size > 0 || this.isFirst) {
      this.keep(chunk.subarray(0, first));
      yield [this.takeKept()];
      start = first + 1;
    }
    const last = chunk.lastIndexOf(lineFeed);
    if (last >= start) yield decodeLines(chunk.subarray(start, last));
    if (last + 1 < chunk.length) this.keep(chunk.subarray(last + 1));
  }

  /** What stands after the last line end. */
  end(): (string | null)[] {
    return this.size === 0 ? [] : [this.takeKept()];
  }

  private keep(piece: Buffer): void {
    this.size += piece.length;
    if (this.size > this.limit) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private takeKept(): string | null {
    const isTooLong = this.size > this.limit;
    let bytes = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
    this.pieces = [];
    this.size = 0;
    if (this.isFirst && bytes.subarray(0, utf8Bom.length).equals(utf8Bom)) bytes = bytes.subarray(utf8Bom.length);
    this.isFirst = false;
    return isTooLong ? null : decodeLine(bytes);
  }
}

function decodeLines(bytes: Buffer): string[] {
  // Almost always all of it is UTF-8: one check and one string for all lines.
  if (isUtf8(bytes)) return bytes.toString('utf8').split('\n');
  const lines: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
    lines.push(decodeLine(bytes.subarray(start, end)));
    start = end + 1;
  }
  lines.push(decodeLine(bytes.subarray(start)));
  return lines;
}

/** JSON is UTF-8: other bytes make a line that is no JSON, rather than one whose text was changed on the way. */
function decodeLine(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : '\ufffd';
}

class BatchWriter {
  private batch = '';
  private failure: NodeJS.ErrnoException | null = null;
  private readonly output: Writable;

  constructor(output: Writable) {
    this.output = output;
    output.on('error', (error: NodeJS.ErrnoException) => (this.failure ??= error));
  }

  get isFull(): boolean {
    return this.batch.length >= outputBatch;
  }

  /** True when the reader of the output has gone. */
  get isClosed(): boolean {
    return this.failure?.code === 'EPIPE';
  }

  add(line: string): void {
    this.batch += line;
    this.batch += '\n';
  }

  /** Writes what was gathered, and waits while the reader is behind. @throws Error when it cannot be written */
  async flush(): Promise<void> {
    const { batch } = this;
    this.batch = '';
    if (batch !== '' && this.failure === null && !this.output.write(batch)) await this.drained();
    if (this.failure !== null && !this.isClosed) throw this.failure;
  }

  private async drained(): Promise<void> {
    try {
      await once(this.output, 'drain');
    } catch (error) {
      this.failure ??= error as NodeJS.ErrnoException;
    }
  }
}
