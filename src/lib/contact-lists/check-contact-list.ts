import { AppError, isAppError } from '../core/errors.ts';
import { checkCsvFile, type CsvFileCheck } from '../recipients/csv/check-csv-file.ts';
import { recipientColumnsOf } from '../recipients/csv/csv-columns.ts';
import { mostRows } from '../recipients/csv/csv-options.ts';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import { measureSource, readRecordsOfSource } from '../recipients/csv/read-records.ts';
import { cleanCell } from '../recipients/csv/row-cells.ts';
import type { Service } from '../services/service.ts';
import { placeholderKey } from '../templates/placeholders.ts';
import { contactListTypes, type ContactListType } from './contact-list.ts';

export interface ContactListCheck {
  /** Null when the columns do not tell. */
  readonly templateType: ContactListType | null;
  readonly check: CsvFileCheck;
}

/**
 * Checks a file that is to be a contact list (jobs sheet §4): one column, of addresses or of numbers, and then its rows as
 * those of any file. Whether it can be one is a result, not an error.
 */
export async function checkContactList(input: {
  readonly open: () => Promise<CsvSource>;
  readonly fileName: string;
  readonly service: Pick<Service, 'permissions'>;
  readonly shownRows: number;
}): Promise<ContactListCheck> {
  const { open, fileName, shownRows, service } = input;
  let headers: readonly string[];
  try {
    headers = await readHeaders(await open());
  } catch (error) {
    if (!isAppError(error, 'REQUEST_INVALID')) throw error;
    return { templateType: null, check: failed(error.message) };
  }
  const templateType = typeOf(headers);
  if (templateType === null) return { templateType, check: failed(...describeColumns(headers)) };
  const may = (permission: (typeof service.permissions)[number]): boolean => service.permissions.includes(permission);
  const check = await checkCsvFile({
    open,
    options: {
      // A text without placeholders: rows are judged by their recipients alone.
      template: { templateType, content: 'list', subject: templateType === 'email' ? 'list' : null },
      prefix: null,
      guestList: null,
      internationalSms: may('international_sms'),
      internationalLetters: false,
      landlines: may('sms_to_uk_landlines'),
      remainingMessages: null,
      remainingInternationalSms: null,
      maxRows: mostRows,
    },
    context: { fileName, restricted: false, sentToday: false, dailyLimit: null, dailyInternationalLimit: null },
    shownRows,
  });
  return { templateType, check };
}

/** The cells of the first line, without empty ones at its end. */
async function readHeaders(source: CsvSource): Promise<readonly string[]> {
  const records = readRecordsOfSource(source, await measureSource(source));
  const first = await records.next();
  await records.return(null);
  const cells = first.done === true ? [] : first.value[0]!.cells;
  const last = cells.findLastIndex((cell) => cleanCell(cell) !== null);
  return cells.slice(0, last + 1);
}

function typeOf(headers: readonly string[]): ContactListType | null {
  if (headers.length !== 1) return null;
  const key = placeholderKey(headers[0]!);
  return contactListTypes.find((type) => placeholderKey(recipientColumnsOf(type)[0]!) === key) ?? null;
}

const wanted = 'one column, called ‘email address’ or ‘phone number’';

function describeColumns(headers: readonly string[]): [title: string, ...messages: string[]] {
  const names = headers.map((header) => `‘${header}’`).join(', ');
  if (headers.length > 1) {
    return ['Your file has too many columns', `It needs ${wanted}.`, `Right now it has columns called ${names}.`];
  }
  const present = headers.length === 0 ? 'Right now it has none.' : `Right now it has one column, called ${names}.`;
  return ['There’s a problem with your column names', `Your file needs ${wanted}.`, present];
}

function failed(title: string, ...messages: string[]): CsvFileCheck {
  const kind = messages.length === 0 ? 'unreadable' : 'no-recipient-columns';
  return { problem: { kind, title, messages }, summary: null, rows: [], rowsWithErrors: [] };
}

/** @throws AppError REFUSED for a file that cannot be a contact list */
export function assertContactList({ templateType, check }: ContactListCheck, fileName: string): ContactListType {
  if (check.problem === null && templateType !== null) return templateType;
  throw new AppError('REFUSED', `'${fileName}' cannot be a contact list: ${check.problem?.title ?? ''}`);
}
