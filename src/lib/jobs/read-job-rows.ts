import { inSlices } from '../core/in-slices.ts';
import type { JsonObject } from '../core/json.ts';
import { widthOfRecords } from '../recipients/csv/check-csv.ts';
import { judgeMessage } from '../recipients/csv/check-row.ts';
import { hasRepeatedHeaders, recipientColumnsOf, withoutEmptyRepetitions } from '../recipients/csv/csv-columns.ts';
import { mostRows } from '../recipients/csv/csv-options.ts';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import { measureSource, readRecordsOfSource } from '../recipients/csv/read-records.ts';
import type { CsvRecord } from '../recipients/csv/record-reader.ts';
import { RowLayout, type CellValue } from '../recipients/csv/row-cells.ts';
import { placeholderKey } from '../templates/placeholders.ts';
import { templatePlaceholders } from '../templates/render-template.ts';
import { createSmsFit } from '../templates/sms-fit.ts';
import type { TemplateSource, TemplateType } from '../templates/template.ts';

/** A row of a job's file, as it becomes a message. */
export interface JobRow {
  /** 0 for the first row after the headers. */
  readonly rowNumber: number;
  /** The cells of the recipient's columns by key, which the file has; of a text or email only one. */
  readonly recipient: ReadonlyMap<string, CellValue>;
  /** Placeholders and recipient columns only, under their normalised keys. */
  readonly personalisation: JsonObject;
  /** Of the column `reference`, however it is spelled. */
  readonly clientReference: string | null;
  /** False when a value is missing, or there is no message, or too much of it. */
  readonly hasMessage: boolean;
}

export interface ReadJobRows {
  readonly source: CsvSource;
  readonly template: TemplateSource;
  /** The first row that is wanted. */
  readonly from: number;
  /** Only these rows; all when absent. */
  readonly only?: ReadonlySet<number>;
  readonly batchSize: number;
}

const referenceKey = 'reference';

/**
 * Reads the rows of a job's file in batches, none of them empty, in constant memory. Rows before `from` are passed over
 * unread.
 *
 * @throws AppError NOT_FOUND when the file is gone; REQUEST_INVALID when it is unreadable; STORAGE_UNAVAILABLE
 */
export async function* readJobRows(input: ReadJobRows): AsyncGenerator<JobRow[]> {
  const { source, from, only, batchSize } = input;
  const extent = await measureSource(source);
  const last = only === undefined ? mostRows - 1 : Math.max(-1, ...only);
  let readRow: ((cells: readonly string[], rowNumber: number) => JobRow) | null = null;
  let rowNumber = -1;
  let batch: JobRow[] = [];
  for await (const records of recordSlices(readRecordsOfSource(source, extent))) {
    for (const { cells } of records) {
      if (readRow === null) {
        const isWidthNeeded = hasRepeatedHeaders(cells);
        const width = isWidthNeeded ? await widthOfRecords(readRecordsOfSource(source, extent)) : null;
        readRow = createRowReader(width === null ? cells : withoutEmptyRepetitions(cells, width), input.template);
        continue;
      }
      rowNumber += 1;
      if (rowNumber < from || (only !== undefined && !only.has(rowNumber))) continue;
      if (rowNumber > last) break;
      batch.push(readRow(cells, rowNumber));
      if (batch.length < batchSize) continue;
      yield batch;
      batch = [];
    }
    if (rowNumber >= last) break;
  }
  if (batch.length > 0) yield batch;
}

/** The database's answers are not kept waiting for all that was read of the file. */
async function* recordSlices(stream: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<readonly CsvRecord[]> {
  for await (const records of stream) yield* inSlices(records);
}

function createRowReader(
  headers: readonly string[],
  template: TemplateSource,
): (cells: readonly string[], rowNumber: number) => JobRow {
  const { templateType } = template;
  const recipientKeys = new Set(recipientColumnsOf(templateType).map(placeholderKey));
  const placeholders = new Set(templatePlaceholders(template).map(placeholderKey));
  // Lines of an address are optional.
  const needed = [...placeholders].filter((key) => !recipientKeys.has(key));
  const layout = new RowLayout(headers, recipientKeys);
  const columns = layout.keys.map((key) => ({
    key,
    isRecipient: recipientKeys.has(key),
    isUsed: recipientKeys.has(key) || placeholders.has(key),
  }));
  const referenceColumn = layout.keys.indexOf(referenceKey);
  const fits = templateType === 'sms' ? createSmsFit(template.content) : () => false;

  return (cells, rowNumber) => {
    const values = layout.read(cells);
    const recipient = new Map<string, CellValue>();
    const personalisation: JsonObject = {};
    let longest = 0;
    for (let column = 0; column < columns.length; column += 1) {
      const { key, isRecipient, isUsed } = columns[column]!;
      if (!isUsed) continue;
      const value = values[column]!;
      personalisation[key] = value;
      longest = Math.max(longest, lengthOf(value));
      if (isRecipient) recipient.set(key, value);
    }
    return {
      rowNumber,
      recipient,
      personalisation,
      clientReference: referenceColumn === -1 ? null : toText(values[referenceColumn]!),
      hasMessage:
        needed.every((key) => (personalisation[key] ?? null) !== null) &&
        (fits(longest) || isSendable(template, personalisation)),
    };
  };
}

/** Lists are written out in more characters than they hold. */
function lengthOf(value: CellValue): number {
  if (value === null) return 0;
  return typeof value === 'string' ? value.length : Infinity;
}

/** What the check of the file says: the template may have been edited between that check and the job. */
function isSendable(template: TemplateSource, personalisation: JsonObject): boolean {
  const { tooLong, empty, qrCodeTooLong } = judgeMessage({ template, prefix: null }, personalisation);
  return !tooLong && !empty && !qrCodeTooLong;
}

/** The first value of a repeated column. */
export function toText(value: CellValue): string | null {
  return Array.isArray(value) ? (value.find((item) => item !== null) ?? null) : value;
}

/** The key of the one recipient column of texts and emails. */
export function recipientKeyOf(templateType: Exclude<TemplateType, 'letter'>): string {
  return placeholderKey(recipientColumnsOf(templateType)[0]!);
}
