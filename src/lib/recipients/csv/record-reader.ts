/** A record, and the line of the file on which it begins. */
export interface CsvRecord {
  readonly cells: string[];
  readonly line: number;
}

/** A quoted cell that nothing closed: it holds the rest of the file. */
export interface UnclosedQuote {
  readonly line: number;
  readonly column: number;
}

const quote = '"';
const leadingSpaces = /^ +/;
const carriageReturn = 0x0d;

/**
 * Makes records of lines, in the original's dialect (jobs sheet §8, rule 2): spaces after a delimiter are skipped, so
 * that a quote may follow them; a quote elsewhere in an unquoted cell is literal; what follows a closing quote is
 * appended; quoted cells may hold line ends; one that nothing closes takes the rest of the file.
 *
 * Lines come cut at every delimiter, which is what a general reader can do without knowing the dialect; the cells of
 * which that is not true are put together again.
 */
export class RecordReader {
  private readonly delimiter: string;
  private line: number;
  private cells: string[] = [];
  private recordLine = 0;
  /** The pieces of a quoted cell that is still open. */
  private open: string[] | null = null;
  private openLine = 0;

  constructor(delimiter: string, firstLine: number) {
    this.delimiter = delimiter;
    this.line = firstLine;
  }

  /** Takes a line, without its LF, cut at its delimiters; calls `emit` for each record that ends in it. */
  push(pieces: string[], emit: (record: CsvRecord) => void): void {
    if (this.open === null && isPlainLine(pieces)) emit({ cells: plainCells(pieces), line: this.line });
    else this.scan(pieces.join(this.delimiter), emit);
    this.line += 1;
  }

  /** Takes the end of the file. */
  finish(emit: (record: CsvRecord) => void): UnclosedQuote | null {
    if (this.open === null) return null;
    const column = this.cells.length;
    this.cells.push(this.open.join(''));
    this.open = null;
    emit({ cells: this.cells, line: this.recordLine });
    return { line: this.openLine, column };
  }

  private scan(line: string, emit: (record: CsvRecord) => void): void {
    const lineEnd = lengthWithoutReturns(line);
    let position: number;
    if (this.open === null) position = this.startRecord(line, 0);
    else {
      this.open.push('\n');
      position = this.readQuoted(line, 0);
    }
    while (this.open === null) {
      const end = this.endOfCell(line, position);
      if (end > position) this.cells[this.cells.length - 1] += line.slice(position, end);
      if (line[end] === this.delimiter) {
        position = this.startCell(line, end + 1);
        continue;
      }
      emit({ cells: this.cells, line: this.recordLine });
      if (end >= lineEnd) return;
      // A lone CR ends a record, as it does once an upload is normalised; the original's reader refuses it.
      position = this.startRecord(line, end + 1);
    }
  }

  private startRecord(line: string, from: number): number {
    this.cells = [];
    this.recordLine = this.line;
    return this.startCell(line, from);
  }

  /** Opens the next cell; returns where its unquoted part begins. */
  private startCell(line: string, from: number): number {
    let position = from;
    while (line[position] === ' ') position += 1;
    if (line[position] !== quote) {
      this.cells.push('');
      return position;
    }
    this.open = [];
    this.openLine = this.line;
    return this.readQuoted(line, position + 1);
  }

  /** Reads on in a quoted cell; when it closes, the cell is among the cells and `open` is null. */
  private readQuoted(line: string, from: number): number {
    let position = from;
    for (;;) {
      const close = line.indexOf(quote, position);
      if (close === -1) {
        this.open!.push(line.slice(position));
        return line.length;
      }
      this.open!.push(line.slice(position, close));
      if (line[close + 1] !== quote) {
        this.cells.push(this.open!.join(''));
        this.open = null;
        return close + 1;
      }
      this.open!.push(quote);
      position = close + 2;
    }
  }

  private endOfCell(line: string, from: number): number {
    const delimiter = this.delimiter.charCodeAt(0);
    let end = from;
    while (end < line.length) {
      const code = line.charCodeAt(end);
      if (code === delimiter || code === carriageReturn) break;
      end += 1;
    }
    return end;
  }
}

/** True for a line without quotes whose only CRs are at its end. */
function isPlainLine(pieces: readonly string[]): boolean {
  const last = pieces.length - 1;
  for (let index = 0; index < last; index += 1) if (isSpecial(pieces[index]!)) return false;
  return !isSpecial(withoutReturns(pieces[last]!));
}

function isSpecial(piece: string): boolean {
  return piece.includes(quote) || piece.includes('\r');
}

function plainCells(pieces: string[]): string[] {
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index]!;
    if (piece.startsWith(' ')) pieces[index] = piece.replace(leadingSpaces, '');
  }
  pieces[pieces.length - 1] = withoutReturns(pieces.at(-1)!);
  return pieces;
}

function withoutReturns(text: string): string {
  return text.endsWith('\r') ? text.slice(0, lengthWithoutReturns(text)) : text;
}

/** A loop, to be linear in long runs of CRs. */
function lengthWithoutReturns(text: string): number {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === carriageReturn) length -= 1;
  return length;
}
