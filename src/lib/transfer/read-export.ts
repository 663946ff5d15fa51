import { createReadStream } from 'node:fs';
import { finished, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { counted } from '../core/counted.ts';
import { isAppError, messageOf } from '../core/errors.ts';
import { unreadableFile } from '../core/file-error.ts';
import { countRowsIn, damaged, readFrames, type Frame } from './export-frames.ts';
import { notAnExport, parseHeader, type ExportHeader } from './export-header.ts';

/** An export being read from its beginning. */
export interface OpenExport {
  readonly header: ExportHeader;
  /** Its tables, one after the other. Read the rows of each before the next. Ends when the checksum was right. */
  tables(): AsyncGenerator<OpenTable>;
  /** Lets go of the source. */
  close(): void;
}

export interface OpenTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows in the text format of COPY. */
  readonly data: AsyncIterable<Buffer>;
  /** How many rows there were; known when all data was read. */
  rows(): number;
}

/**
 * Opens an export and reads its header.
 *
 * @param source a file name, or a stream
 * @throws AppError USAGE_INVALID when the file cannot be read or is no export; later CHECK_FAILED when it is damaged
 */
export async function openExport(source: string | Readable): Promise<OpenExport> {
  const input = typeof source === 'string' ? createReadStream(source) : source;
  const unzipped = input.pipe(createGunzip());
  // `pipe` does not pass on the end of a source that fails.
  finished(input, (error) => {
    if (error) unzipped.destroy(error);
  });
  const frames = translated(readFrames(unzipped), typeof source === 'string' ? source : 'standard input');
  const close = (): void => {
    input.destroy();
    unzipped.destroy();
  };
  try {
    const first = await frames.next();
    if (first.done === true || first.value.type !== 'H') throw notAnExport();
    const header = parseHeader(first.value.payload.toString());
    return { header, tables: () => readTables(frames), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Reads an export to its end: resolves when all of it is there and as it was written. */
export async function verifyExport(source: OpenExport): Promise<void> {
  for await (const table of source.tables()) {
    let rows = 0;
    for await (const chunk of table.data) rows += countRowsIn(chunk);
    if (rows !== table.rows()) throw damaged(`${table.name} says ${counted(table.rows(), 'row')} and has ${rows}`);
  }
}

async function* readTables(frames: AsyncGenerator<Frame>): AsyncGenerator<OpenTable> {
  for (let next = await frames.next(); next.done !== true; next = await frames.next()) {
    if (next.value.type !== 'T') throw damaged('its parts are in a wrong order');
    const { name, columns } = JSON.parse(next.value.payload.toString()) as Pick<OpenTable, 'name' | 'columns'>;
    let rows: number | null = null;
    const data = async function* (): AsyncGenerator<Buffer> {
      for (let part = await frames.next(); part.done !== true; part = await frames.next()) {
        if (part.value.type === 'E') {
          ({ rows } = JSON.parse(part.value.payload.toString()) as { rows: number });
          return;
        }
        if (part.value.type !== 'D') break;
        yield part.value.payload;
      }
      throw damaged('its parts are in a wrong order');
    };
    yield { name, columns, data: data(), rows: () => rows ?? -1 };
    if (rows === null) throw new RangeError(`The rows of ${name} were not read`);
  }
}

/** Gives the errors of files and of decompression their code. */
async function* translated(frames: AsyncGenerator<Frame>, name: string): AsyncGenerator<Frame> {
  let isAtStart = true;
  try {
    for await (const frame of frames) {
      isAtStart = false;
      yield frame;
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (isAppError(error)) throw isAtStart && error.code === 'CHECK_FAILED' ? notAnExport(error) : error;
    if (code.startsWith('Z_')) {
      if (isAtStart && code !== 'Z_BUF_ERROR') throw notAnExport(error);
      throw damaged(code === 'Z_BUF_ERROR' ? 'it was cut off' : messageOf(error), error);
    }
    throw unreadableFile('FILE', name, error, 'an export, or - for standard input');
  }
}
