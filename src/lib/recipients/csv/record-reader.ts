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
const carriageReturn = 0x0d;
const linesInGroup = 4096;
const leadingSpaces = /^ +/;

/** Cells of a record that are kept. Nobody has so many columns; a file of nothing but commas does. */
export const mostColumns = 100_000;

/**
 * Makes records of lines, in the original's dialect (jobs sheet §8, rule 2): spaces after a delimiter are skipped, so
 * that a quote may follow them; a quote elsewhere in an unquoted cell is literal; what follows a closing quote is
 * appended; quoted cells may hold line ends; one that nothing closes takes the rest of the file.
 */
export class RecordReader {
  private readonly delimiter: string;
  private line: number;
  private cells: string[] = [];
  private recordLine = 0;
  /** A quoted cell that is not closed yet. */
  private open: QuotedCell | null = null;
  private openLine = 0;

  constructor(delimiter: string, firstLine: number) {
    this.delimiter = delimiter;
    this.line = firstLine;
  }

  /** Takes a line without its LF; calls `emit` for each record that ends in it. */
  push(line: string, emit: (record: CsvRecord) => void): void {
    const text = this.open === null ? withoutReturns(line) : line;
    if (this.open === null && !text.includes(quote) && !text.includes('\r'))
      emit({ cells: splitPlain(text, this.delimiter), line: this.line });
    else this.scan(line, emit);
    this.line += 1;
  }

  /** Takes the end of the file. */
  finish(emit: (record: CsvRecord) => void): UnclosedQuote | null {
    if (this.open === null) return null;
    const column = this.cells.length;
    this.closeCell();
    emit(this.takeRecord());
    return { line: this.openLine, column };
  }

  private scan(line: string, emit: (record: CsvRecord) => void): void {
    const lineEnd = lengthWithoutReturns(line);
    let position: number;
    if (this.open === null) position = this.startRecord(line, 0);
    else position = this.readQuoted(line, 0);
    while (this.open === null) {
      const end = this.endOfCell(line, position);
      if (end > position) this.cells[this.cells.length - 1] += line.slice(position, end);
      if (line[end] === this.delimiter) {
        position = this.startCell(line, end + 1);
        continue;
      }
      emit(this.takeRecord());
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
      this.addCell('');
      return position;
    }
    this.open = new QuotedCell();
    this.openLine = this.line;
    return this.readQuoted(line, position + 1);
  }

  private takeRecord(): CsvRecord {
    return { cells: this.cells.slice(0, mostColumns), line: this.recordLine };
  }

  private addCell(cell: string): void {
    if (this.cells.length > mostColumns) this.cells[mostColumns] = cell;
    else this.cells.push(cell);
  }

  private closeCell(): void {
    this.addCell(this.open!.text());
    this.open = null;
  }

  /** Reads on in a quoted cell; when it closes, the cell is among the cells and `open` is null. */
  private readQuoted(line: string, from: number): number {
    let close = line.indexOf(quote, from);
    while (close !== -1 && line[close + 1] === quote) close = line.indexOf(quote, close + 2);
    const text = line.slice(from, close === -1 ? line.length : close);
    this.open!.addLine(text.replaceAll('""', quote));
    if (close === -1) return line.length;
    this.closeCell();
    return close + 1;
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

/** The lines of a quoted cell, gathered in groups: an unclosed quote can take millions of them. */
class QuotedCell {
  private readonly groups: string[] = [];
  private lines: string[] = [];

  addLine(line: string): void {
    this.lines.push(line);
    if (this.lines.length < linesInGroup) return;
    this.groups.push(this.lines.join('\n'));
    this.lines = [];
  }

  text(): string {
    const groups = this.lines.length > 0 ? [...this.groups, this.lines.join('\n')] : this.groups;
    return groups.join('\n');
  }
}

function splitPlain(line: string, delimiter: string): string[] {
  const cells = line.split(delimiter, mostColumns);
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index]!;
    if (cell.startsWith(' ')) cells[index] = cell.replace(leadingSpaces, '');
  }
  return cells;
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
