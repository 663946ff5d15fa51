import type { JsonObject } from '../core/json.ts';
import { checkCsvText, type CsvSummary } from '../recipients/csv/check-csv.ts';
import type { CsvFileCheck } from '../recipients/csv/check-csv-file.ts';
import type { CsvRow } from '../recipients/csv/check-row.ts';
import { mostRows, type CsvCheckOptions } from '../recipients/csv/csv-options.ts';
import { templateTypes } from '../templates/template.ts';
import type { CsvReport } from './csv-report.ts';
import type { LineAnswer } from './jsonl.ts';
import {
  answerRecord,
  optionalList,
  optionalNumber,
  optionalSwitch,
  optionalText,
  requiredChoice,
  requiredText,
} from './jsonl-record.ts';
import { namesOfColumns, problemsOf, type RowProblem } from './row-problems.ts';

/** Checks one line of `notify jobs check --jsonl`: a small file as text (templating sheet §11.3). Never throws. */
export function checkCsvLine(line: string): LineAnswer {
  return answerRecord(line, (record) => {
    const csv = requiredText(record, 'csv');
    const rows: (object | null)[] = [];
    const rowsWithErrors: number[] = [];
    const summary = checkCsvText(csv, readOptions(record), (row) => {
      rows.push(row === null ? null : toRowFields(row));
      if (row?.hasError === true) rowsWithErrors.push(row.index);
    });
    return { ok: true, ...toSummaryFields(summary), rows_with_errors: rowsWithErrors, rows };
  });
}

/** What is known of a whole file, as it is printed. */
export function toSummaryFields(summary: CsvSummary): object {
  const { columns } = summary;
  return {
    placeholders: summary.placeholders,
    column_headers: columns.headers,
    missing_column_headers: columns.missing,
    duplicate_recipient_column_headers: columns.duplicateRecipients,
    too_many_rows: summary.tooManyRows,
    more_rows_than_can_send: summary.moreRowsThanCanSend,
    has_recipient_columns: columns.hasRecipients,
    row_count: summary.rowCount,
    allowed_to_send_to: summary.allowedToSendTo,
    international_sms_count: summary.internationalSmsCount,
    more_international_sms_than_can_send: summary.moreInternationalSmsThanCanSend,
    has_errors: summary.hasErrors,
  };
}

function readOptions(record: JsonObject): CsvCheckOptions {
  const templateType = requiredChoice(record, 'template_type', templateTypes);
  return {
    template: {
      templateType,
      content: requiredText(record, 'content'),
      subject: templateType === 'sms' ? null : (optionalText(record, 'subject') ?? ''),
    },
    prefix: optionalText(record, 'prefix'),
    guestList: optionalList(record, 'guestlist'),
    internationalSms: optionalSwitch(record, 'international_sms'),
    internationalLetters: optionalSwitch(record, 'international_letters'),
    landlines: optionalSwitch(record, 'sms_to_uk_landline'),
    remainingMessages: optionalNumber(record, 'remaining_messages'),
    remainingInternationalSms: optionalNumber(record, 'remaining_international_sms'),
    maxRows: optionalNumber(record, 'max_rows') ?? mostRows,
  };
}

/** A row as it is printed. */
export function toRowFields(row: CsvRow) {
  return {
    index: row.index,
    recipient: row.recipient,
    recipient_error: row.recipientError,
    has_error: row.hasError,
    has_bad_recipient: row.hasBadRecipient,
    has_missing_data: row.hasMissingData,
    message_too_long: row.messageTooLong,
    message_empty: row.messageEmpty,
    qr_code_too_long: row.qrCodeTooLong,
    personalisation: row.personalisation,
  };
}

/** Makes the report of a checked file. */
export function toCsvReport(file: string, { problem, summary, rows, rowsWithErrors }: CsvFileCheck): CsvReport {
  const names = namesOfColumns(summary?.columns.headers);
  return {
    file,
    sendable: problem === null,
    problem,
    ...(summary !== null && toSummaryFields(summary)),
    row_count: summary?.rowCount ?? 0,
    rows_with_errors: rowsWithErrors,
    rows: rows.map((row) => ({
      row: row.index + 2,
      errors: problemsOf(row, names).map(toErrorText),
      ...toRowFields(row),
    })),
  };
}

function toErrorText({ column, message }: RowProblem): string {
  return column === null ? message : `${column}: ${message}`;
}
