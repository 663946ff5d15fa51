import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { findExtent, ExtentFinder, type CsvExtent } from './csv-extent.ts';
import { readUploadedText, type CsvSource } from './csv-source.ts';
import { RecordReader, type CsvRecord, type UnclosedQuote } from './record-reader.ts';

/** The records of a file; what is returned at the end is a quoted cell that nothing closed. */
export type CsvRecords = Generator<CsvRecord, UnclosedQuote | null>;
/** Likewise, in batches: waiting for each record would cost more than reading it. No batch is empty. */
export type CsvRecordStream = AsyncGenerator<CsvRecord[], UnclosedQuote | null>;

const recordsInBatch = 256;

/** Reads a small file that is given as text, as it is: an upload would have had its line ends normalised. */
export function* readRecordsOfText(text: string): CsvRecords {
  const { start, end, firstLine } = findExtent(text);
  if (start === end) return null;
  const reader = new RecordReader(',', firstLine);
  const ready: CsvRecord[] = [];
  const emit = (record: CsvRecord): void => void ready.push(record);
  const rows = text.slice(start, end);
  for (let from = 0; from !== -1;) {
    const lineEnd = rows.indexOf('\n', from);
    reader.push(rows.slice(from, lineEnd === -1 ? undefined : lineEnd), emit);
    from = lineEnd === -1 ? -1 : lineEnd + 1;
    yield* ready.splice(0);
  }
  const unclosed = reader.finish(emit);
  yield* ready;
  return unclosed;
}

/** Finds where the rows of a file stand; reads all of it. @throws AppError REQUEST_INVALID for an unreadable file */
export async function measureSource(source: CsvSource): Promise<CsvExtent> {
  const finder = new ExtentFinder();
  for await (const piece of readUploadedText(source)) finder.push(piece);
  return finder.finish();
}

/** Never a byte of UTF-8. */
const noDelimiter = Buffer.from([0xff]);

/**
 * Reads a file as a stream. csv-parse cuts it into lines; its own reading of quotes and cells is switched off, since no
 * set of its options is the original's dialect (jobs sheet §9): blanks at the end of headers count, text after a closing
 * quote is appended without that quote, and a quote that nothing closes is no error.
 *
 * @param extent from `measureSource`
 * @throws AppError REQUEST_INVALID for an unreadable file
 */
export async function* readRecordsOfSource(source: CsvSource, extent: CsvExtent): CsvRecordStream {
  if (extent.start === extent.end) return null;
  const lines = parse({ delimiter: noDelimiter, record_delimiter: '\n', quote: null });
  const input = Readable.from(cut(readUploadedText(source), extent), { objectMode: false });
  input.once('error', (error) => lines.destroy(error));
  const reader = new RecordReader(',', extent.firstLine);
  const ready: CsvRecord[] = [];
  const emit = (record: CsvRecord): void => void ready.push(record);
  try {
    for await (const [line] of input.pipe(lines) as AsyncIterable<[string]>) {
      reader.push(line, emit);
      if (ready.length >= recordsInBatch) yield ready.splice(0);
    }
    const unclosed = reader.finish(emit);
    if (ready.length > 0) yield ready;
    return unclosed;
  } finally {
    input.destroy();
    lines.destroy();
  }
}

async function* cut(pieces: AsyncIterable<string>, { start, end }: CsvExtent): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const piece of pieces) {
    const rows = piece.slice(Math.max(start - position, 0), Math.max(end - position, 0));
    position += piece.length;
    if (rows !== '') yield Buffer.from(rows);
    if (position >= end) return;
  }
}
