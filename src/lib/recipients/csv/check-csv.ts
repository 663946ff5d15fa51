import { templatePlaceholders } from '../../templates/render-template.ts';
import { placeholderKey } from '../../templates/placeholders.ts';
import { parsePhone } from '../phone-parser.ts';
import { comparableRecipient } from '../recipient-comparison.ts';
import { createRowCheck, type CsvRow } from './check-row.ts';
import {
  analyseColumns,
  hasRepeatedHeaders,
  recipientColumnsOf,
  withoutEmptyRepetitions,
  type CsvColumns,
} from './csv-columns.ts';
import type { CsvCheckOptions } from './csv-options.ts';
import type { CsvSource } from './csv-source.ts';
import { measureSource, readRecordsOfSource, readRecordsOfText, type CsvRecordStream } from './read-records.ts';
import type { CsvRecord, UnclosedQuote } from './record-reader.ts';
import { cleanCell, RowLayout } from './row-cells.ts';

/** What is known when all rows have been read. */
export interface CsvSummary {
  readonly placeholders: readonly string[];
  readonly columns: CsvColumns;
  readonly rowCount: number;
  readonly tooManyRows: boolean;
  readonly moreRowsThanCanSend: boolean;
  readonly allowedToSendTo: boolean;
  readonly internationalSmsCount: number;
  readonly moreInternationalSmsThanCanSend: boolean;
  /** Rows with each kind of error. */
  readonly counts: Readonly<Record<RowErrorKind | 'hasError', number>>;
  /** Errors of the file or of rows; a file without rows has none of its own. */
  readonly hasErrors: boolean;
  readonly unclosedQuote: UnclosedQuote | null;
}

export type RowErrorKind = 'hasBadRecipient' | 'hasMissingData' | 'messageTooLong' | 'messageEmpty' | 'qrCodeTooLong';

/** Counts what the rows of one file show, row by row; none is kept (jobs sheet §8). */
class CsvCheck {
  private readonly options: CsvCheckOptions;
  private readonly placeholders: readonly string[];
  private readonly columns: CsvColumns;
  private readonly checkRow: ReturnType<typeof createRowCheck>;
  private readonly allowed: ReadonlySet<string> | null;
  private rowCount = 0;
  private allowedToSendTo = true;
  private internationalSmsCount = 0;
  private readonly counts = {
    hasError: 0,
    hasBadRecipient: 0,
    hasMissingData: 0,
    messageTooLong: 0,
    messageEmpty: 0,
    qrCodeTooLong: 0,
  };

  /** @param width as `withoutEmptyRepetitions` takes it; null where no header is repeated */
  constructor(headers: readonly string[], width: number | null, options: CsvCheckOptions) {
    const { template, guestList } = options;
    this.options = options;
    this.placeholders = templatePlaceholders(template);
    this.columns = analyseColumns(headers, template.templateType, this.placeholders);
    const recipientKeys = new Set(recipientColumnsOf(template.templateType).map(placeholderKey));
    const used = width === null ? headers : withoutEmptyRepetitions(headers, width);
    this.checkRow = createRowCheck(new RowLayout(used, recipientKeys), options, {
      placeholders: this.placeholders,
      hasDuplicateRecipients: this.columns.duplicateRecipients.length > 0,
    });
    const isRestricted = template.templateType !== 'letter' && guestList !== null && guestList.length > 0;
    this.allowed = isRestricted ? new Set(guestList.map(comparableRecipient)) : null;
  }

  /** The next row; null beyond the most rows. */
  row({ cells, line }: CsvRecord): CsvRow | null {
    const index = this.rowCount;
    this.rowCount += 1;
    if (index >= this.options.maxRows) return null;
    const row = this.checkRow(cells, index, line);
    for (const kind of Object.keys(this.counts) as (keyof typeof this.counts)[]) if (row[kind]) this.counts[kind] += 1;
    if (this.allowedToSendTo && this.allowed !== null && !this.allowed.has(comparableRecipient(row.recipient)))
      this.allowedToSendTo = false;
    if (this.options.template.templateType === 'sms' && isAbroad(row.recipient)) this.internationalSmsCount += 1;
    return row;
  }

  summary(unclosedQuote: UnclosedQuote | null): CsvSummary {
    const { rowCount, columns, allowedToSendTo, internationalSmsCount, counts } = this;
    const { maxRows, remainingMessages, remainingInternationalSms } = this.options;
    const tooManyRows = rowCount > maxRows;
    const moreInternationalSmsThanCanSend = internationalSmsCount > Math.max(remainingInternationalSms ?? Infinity, 0);
    const moreRowsThanCanSend = rowCount > (remainingMessages ?? Infinity);
    return {
      placeholders: this.placeholders,
      columns,
      rowCount,
      tooManyRows,
      moreRowsThanCanSend,
      allowedToSendTo,
      internationalSmsCount,
      moreInternationalSmsThanCanSend,
      counts,
      hasErrors:
        columns.missing.length > 0 ||
        columns.duplicateRecipients.length > 0 ||
        moreRowsThanCanSend ||
        tooManyRows ||
        !allowedToSendTo ||
        moreInternationalSmsThanCanSend ||
        counts.hasError > 0,
      unclosedQuote,
    };
  }
}

/** True for a readable number of another country; those of the crown dependencies are British (jobs sheet §8). */
function isAbroad(recipient: unknown): boolean {
  if (typeof recipient !== 'string') return false;
  const parsed = parsePhone(recipient);
  return parsed.ok && parsed.phone.countryCode !== '44';
}

/**
 * Checks a small file that is given as text, as it is.
 *
 * @param onRow called for each row, in order; null for one beyond the most rows
 */
export function checkCsvText(text: string, options: CsvCheckOptions, onRow: (row: CsvRow | null) => void): CsvSummary {
  const records = readRecordsOfText(text);
  const first = records.next();
  const headers = first.done === true ? [] : first.value.cells;
  const check = new CsvCheck(headers, hasRepeatedHeaders(headers) ? widthOfText(text) : null, options);
  for (;;) {
    const { done, value } = records.next();
    if (done === true) return check.summary(first.done === true ? first.value : (value ?? null));
    onRow(check.row(value));
  }
}

/** A file that is being checked: its rows, and then its summary. */
export interface CsvCheckRun {
  /** The cells of the first record. */
  readonly headers: readonly string[];
  /** Rows are read as they are asked for; null stands for one beyond the most rows. To be read once. */
  readonly rows: AsyncIterable<CsvRow | null>;
  /** @throws Error when not all rows have been read yet */
  summary(): CsvSummary;
}

/**
 * Checks a file of any size in constant memory: it is read once to see where its rows end, once more if a heading is
 * repeated, and then row by row.
 *
 * @throws AppError REQUEST_INVALID for an unreadable file, also while rows are read
 */
export async function checkCsvSource(source: CsvSource, options: CsvCheckOptions): Promise<CsvCheckRun> {
  const extent = await measureSource(source);
  const records = readRecordsOfSource(source, extent);
  const first = await records.next();
  const headers = first.done === true ? [] : first.value[0]!.cells;
  const isWidthNeeded = hasRepeatedHeaders(headers);
  const width = isWidthNeeded ? await widthOfRecords(readRecordsOfSource(source, extent)) : null;
  const check = new CsvCheck(headers, width, options);
  let summary: CsvSummary | null = null;

  async function* readRows(): AsyncGenerator<CsvRow | null> {
    try {
      let batch = first;
      for (let isHeader = true; batch.done !== true; batch = await records.next()) {
        for (const record of batch.value) {
          if (!isHeader) yield check.row(record);
          isHeader = false;
        }
      }
      summary = check.summary(batch.value);
    } finally {
      await records.return(null);
    }
  }

  return {
    headers,
    rows: readRows(),
    summary() {
      if (summary === null) throw new Error('The rows have not been read to their end');
      return summary;
    },
  };
}

function widthOfText(text: string): number {
  const width = new WidthFinder();
  let isHeader = true;
  for (const { cells } of readRecordsOfText(text)) {
    if (!isHeader) width.push(cells);
    isHeader = false;
  }
  return width.width;
}

/** The number of columns up to the last one that any row fills: what `withoutEmptyRepetitions` needs. */
export async function widthOfRecords(records: CsvRecordStream): Promise<number> {
  const width = new WidthFinder();
  let isHeader = true;
  for await (const batch of records) {
    for (const { cells } of batch) {
      if (!isHeader) width.push(cells);
      isHeader = false;
    }
  }
  return width.width;
}

/** The number of columns up to the last one that any row fills. */
class WidthFinder {
  width = 0;

  push(cells: readonly string[]): void {
    let last = cells.length - 1;
    while (last >= this.width && cleanCell(cells[last]!) === null) last -= 1;
    this.width = Math.max(this.width, last + 1);
  }
}
