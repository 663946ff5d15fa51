import { readUploadedText, type CsvSource } from './csv-source.ts';
import { RecordReader, type CsvRecord } from './record-reader.ts';
import { csvLine } from './write-csv.ts';

const byteOrderMark = '\ufeff';

/**
 * A file of tab separated values as CSV, which is what is checked and stored of it (jobs sheet §1). Lines keep their
 * numbers, but for those within quotes.
 *
 * @throws while it is read, AppError REQUEST_INVALID for other encodings than UTF-8, and for files over 10 MiB
 */
export function tabsToCommas(source: CsvSource): CsvSource {
  return { mostBytes: Infinity, open: () => convert(source) };
}

async function* convert(source: CsvSource): AsyncGenerator<Uint8Array> {
  const reader = new RecordReader('\t', 1);
  let ready = '';
  const emit = ({ cells }: CsvRecord): void => void (ready += csvLine(cells));
  // The beginning of a line, whose end has not come yet.
  let begun = '';
  let isFirst = true;
  for await (const piece of readUploadedText(source)) {
    if (piece === '') continue;
    const lines = piece.split('\n');
    if (isFirst && lines[0]!.startsWith(byteOrderMark)) lines[0] = lines[0]!.slice(1);
    isFirst = false;
    const last = lines.pop()!;
    for (const line of lines) {
      reader.push(begun + line, emit);
      begun = '';
    }
    begun += last;
    if (ready !== '') yield Buffer.from(ready);
    ready = '';
  }
  if (begun !== '') reader.push(begun, emit);
  reader.finish(emit);
  if (ready !== '') yield Buffer.from(ready);
}
