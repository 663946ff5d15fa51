import { isBodyEmpty, renderBodySource } from '../../templates/body-source.ts';
import { placeholderKey } from '../../templates/placeholders.ts';
import { findLongQrCode } from '../../templates/render-letter.ts';
import { renderSms } from '../../templates/render-sms.ts';
import { smsCharacterLimit } from '../../templates/template.ts';
import type { JsonObject } from '../../core/json.ts';
import { pythonText } from '../../templates/python-text.ts';
import { validateEmailAddress } from '../email-address.ts';
import { phoneErrorMessages } from '../phone-errors.ts';
import { validatePhoneNumber } from '../phone-number.ts';
import { csvAddressError, parsePostalAddress } from '../postal-address.ts';
import { addressColumns, recipientColumnsOf } from './csv-columns.ts';
import type { CsvCheckOptions } from './csv-options.ts';
import type { CellValue, RowLayout } from './row-cells.ts';

/** The error of a cell that should not be empty. */
export const missingMessage = 'Missing';

/** A checked row (jobs sheet §8, "Row and cell errors"). */
export interface CsvRow {
  /** 0 for the first row after the headers. */
  readonly index: number;
  /** Line of the file on which it begins, counted from 1. */
  readonly line: number;
  /** For letters one entry for each possible column of an address. */
  readonly recipient: CellValue | CellValue[];
  /** Error of the recipient's cell; null for letters. */
  readonly recipientError: string | null;
  /** Errors of cells by key, recipient included, in the order of the file. */
  readonly cellErrors: ReadonlyMap<string, string>;
  /** What is shown of the row-wide checks: the first that fails. */
  readonly rowError: string | null;
  readonly hasError: boolean;
  /** A recipient that is there and wrong. */
  readonly hasBadRecipient: boolean;
  readonly hasMissingData: boolean;
  readonly messageTooLong: boolean;
  readonly messageEmpty: boolean;
  readonly qrCodeTooLong: boolean;
  /** Placeholders and recipient columns only, by key. */
  readonly personalisation: Readonly<Record<string, CellValue>>;
}

export interface MessageVerdict {
  readonly tooLong: boolean;
  readonly empty: boolean;
  readonly qrCodeTooLong: boolean;
}

/** Makes the function that checks the rows of a file with these columns. */
export function createRowCheck(
  layout: RowLayout,
  options: CsvCheckOptions,
  { placeholders, hasDuplicateRecipients }: { placeholders: readonly string[]; hasDuplicateRecipients: boolean },
): (cells: readonly string[], index: number, line: number) => CsvRow {
  const { templateType } = options.template;
  const recipientKeys = recipientColumnsOf(templateType).map(placeholderKey);
  const placeholderKeys = new Set(placeholders.map(placeholderKey));
  const columns = layout.keys.map((key) => {
    const isRecipient = recipientKeys.includes(key);
    return { key, isRecipient, isUsed: isRecipient || placeholderKeys.has(key) };
  });

  const cellError = (value: CellValue, isRecipient: boolean): string | null => {
    if (!isRecipient) return value === null ? missingMessage : null;
    if (templateType === 'letter') return null;
    if (typeof value === 'string') return recipientError(value, options);
    return hasDuplicateRecipients ? null : missingMessage;
  };

  return (cells, index, line) => {
    const values = layout.read(cells);
    const data: JsonObject = {};
    const personalisation: Record<string, CellValue> = {};
    const cellErrors = new Map<string, string>();
    for (let column = 0; column < columns.length; column += 1) {
      const { key, isRecipient, isUsed } = columns[column]!;
      const value = values[column]!;
      data[key] = value;
      if (!isUsed) continue;
      personalisation[key] = value;
      const error = cellError(value, isRecipient);
      if (error !== null) cellErrors.set(key, error);
    }
    const verdict = judgeMessage(options, data);
    const addressError = templateType === 'letter' ? addressErrorOf(data, options) : null;
    const ownError = templateType === 'letter' ? null : (cellErrors.get(recipientKeys[0]!) ?? null);
    return {
      index,
      line,
      recipient: recipientOf(data, recipientKeys),
      recipientError: ownError,
      cellErrors,
      rowError: rowErrorOf(verdict, addressError),
      hasError:
        cellErrors.size > 0 || addressError !== null || verdict.tooLong || verdict.empty || verdict.qrCodeTooLong,
      hasBadRecipient: addressError !== null || (ownError !== null && ownError !== missingMessage),
      hasMissingData: hasMissing(cellErrors),
      messageTooLong: verdict.tooLong,
      messageEmpty: verdict.empty,
      qrCodeTooLong: verdict.qrCodeTooLong,
      personalisation,
    };
  };
}

function hasMissing(errors: ReadonlyMap<string, string>): boolean {
  for (const error of errors.values()) if (error === missingMessage) return true;
  return false;
}

function recipientOf(data: JsonObject, keys: readonly string[]): CellValue | CellValue[] {
  if (keys.length === 1) return (data[keys[0]!] ?? null) as CellValue;
  return keys.map((key) => (data[key] ?? null) as CellValue);
}

function recipientError(recipient: string, { template, internationalSms, landlines }: CsvCheckOptions): string | null {
  if (template.templateType === 'email') {
    const result = validateEmailAddress(recipient);
    return result.ok ? null : result.message;
  }
  const result = validatePhoneNumber(recipient, { international: internationalSms, landlines });
  return result.ok ? null : phoneErrorMessages[result.code].csv;
}

const addressKeys = addressColumns.slice(0, 6).map(placeholderKey);
const postcodeKey = 'postcode';
const lastLineKey = 'addressline7';

/** A column for line 7 makes the postcode's column no part of the address, filled or not. */
function addressErrorOf(data: JsonObject, { internationalLetters }: CsvCheckOptions): string | null {
  const keys = [...addressKeys, Object.hasOwn(data, lastLineKey) ? lastLineKey : postcodeKey];
  const lines = keys.map((key) => {
    const value = data[key] ?? null;
    return value === null ? '' : pythonText(value);
  });
  const permissions = { international: internationalLetters };
  return csvAddressError(parsePostalAddress(lines.join('\n')), permissions);
}

/** What is wrong with the message that a row makes. */
export function judgeMessage(
  { template, prefix }: Pick<CsvCheckOptions, 'template' | 'prefix'>,
  data: JsonObject,
): MessageVerdict {
  const { content } = template;
  if (template.templateType === 'sms') {
    // Judged without the prefix, on the text that has it.
    const { characterCountWithoutPrefix: count } = renderSms({ content, personalisation: data, prefix });
    return { tooLong: count > smsCharacterLimit, empty: count === 0, qrCodeTooLong: false };
  }
  const mayBeEmpty = content.startsWith('((') && content.endsWith('))');
  const body = mayBeEmpty ? renderBodySource(content, data) : content;
  const qrCodeTooLong = template.templateType === 'letter' && findLongQrCode(content, data) !== null;
  return { tooLong: false, empty: isBodyEmpty(content, body), qrCodeTooLong };
}

function rowErrorOf({ empty, tooLong }: MessageVerdict, addressError: string | null): string | null {
  if (empty) return 'No content for this message';
  return tooLong ? 'Message is too long' : addressError;
}
