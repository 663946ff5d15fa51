import { AppError } from '../../core/errors.ts';

/** CSV that can be read from its start as often as needed: rows are never kept, so some files are read twice. */
export interface CsvSource {
  /** The bytes from the start. */
  open(): AsyncIterable<Uint8Array>;
  /** `largestFile` when absent; files that were taken in already may have grown by their line ends and quotes. */
  readonly mostBytes?: number;
}

/** Bytes of the largest file that can be uploaded. */
export const largestFile = 10 * 1024 * 1024;

/** What the site says about a file that cannot be read (jobs sheet §1). */
export const unreadableFileMessages = {
  notSpreadsheet: 'The file must be a spreadsheet that Notify can read',
  tooLarge: 'The file must be smaller than 10MB',
  notText: 'Notify cannot read this file - try using a different file type',
} as const;

/**
 * The delimiter that the name of a file tells, or null when it is no file of text. Spreadsheets are not read.
 *
 * @param fileName with or without folders
 */
export function delimiterOf(fileName: string): ',' | '\t' | null {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase();
  if (extension === 'csv') return ',';
  return extension === 'tsv' ? '\t' : null;
}

/** What Python's `splitlines` splits at. */
// eslint-disable-next-line no-control-regex -- the separators U+001C-001E are looked for
const lineEnd = /\r\n|[\n\r\v\f\x1C-\x1E\x85\u2028\u2029]/g;

/**
 * The text of a file as an upload turns it out: UTF-8, every kind of line end a CRLF, also inside quotes (jobs sheet §1).
 *
 * @throws AppError REQUEST_INVALID for other encodings, and for files over the most bytes
 */
export async function* readUploadedText(source: CsvSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const { mostBytes = largestFile } = source;
  let size = 0;
  // A CR at the end of a chunk may be half of a CRLF.
  let held = '';
  for await (const chunk of source.open()) {
    size += chunk.length;
    if (size > mostBytes) throw new AppError('REQUEST_INVALID', unreadableFileMessages.tooLarge);
    const text = held + decode(decoder, chunk);
    held = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - held.length).replace(lineEnd, '\r\n');
  }
  yield `${held}${decode(decoder, null)}`.replace(lineEnd, '\r\n');
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | null): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new AppError('REQUEST_INVALID', unreadableFileMessages.notText, { cause: error });
  }
}
