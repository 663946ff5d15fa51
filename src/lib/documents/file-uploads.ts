import { AppError } from '../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { pythonText } from '../templates/python-text.ts';
import { parseRetentionPeriod } from './retention-period.ts';

/** A file as a request sends it (public API sheet §4.5). */
export interface FileUpload {
  /** Base64, not looked at yet. */
  readonly file: string;
  readonly filename: string | null;
  readonly isCsv: boolean;
  readonly confirmEmail: boolean;
  readonly retentionPeriod: string;
}

/** Files by the key of the personalisation that holds them. */
export type FileUploads = ReadonlyMap<string, FileUpload>;

const members = ['file', 'filename', 'confirm_email_before_download', 'retention_period', 'is_csv'];
const defaultRetentionPeriod = '26 weeks';

/** True for a personalisation value that is a file. */
export function isFileUpload(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && Object.hasOwn(value, 'file');
}

/**
 * Reads the values that are files, whether the template has a placeholder for them or not (public API sheet §4.5).
 *
 * @throws AppError VALIDATION_FAILED with every problem of the first file that has any
 */
export function readFileUploads(personalisation: JsonObject): FileUploads {
  const uploads = new Map<string, FileUpload>();
  for (const [key, value] of Object.entries(personalisation)) {
    if (isFileUpload(value)) uploads.set(key, readUpload(value));
  }
  return uploads;
}

function readUpload(value: JsonObject): FileUpload {
  const messages = describeProblems(value);
  if (messages.length > 0) throw new AppError('VALIDATION_FAILED', messages.join('; '), { details: { messages } });
  return {
    file: value['file'] as string,
    filename: (value['filename'] ?? null) as string | null,
    isCsv: value['is_csv'] === true,
    confirmEmail: value['confirm_email_before_download'] !== false,
    retentionPeriod: (value['retention_period'] ?? defaultRetentionPeriod) as string,
  };
}

/** In the order of the sheet. */
function describeProblems(value: JsonObject): string[] {
  const problems: string[] = [];
  const say = (field: string, problem: string): void => void problems.push(`${field} ${problem}`);
  const { file, filename = null, is_csv: isCsv = null, retention_period: retention = null } = value;
  const confirm = value['confirm_email_before_download'] ?? null;

  const unexpected = Object.keys(value).filter((name) => !members.includes(name));
  if (unexpected.length > 0) problems.push(describeUnexpected(unexpected));
  if (typeof file !== 'string') say('file', `${pythonText(file ?? null)} is not of type string`);
  if (!isFlag(isCsv)) say('is_csv', describeFlag('is_csv', isCsv));
  if (!isFlag(confirm)) say('confirm_email_before_download', describeFlag('confirm_email_before_download', confirm));
  if (retention !== null && (typeof retention !== 'string' || parseRetentionPeriod(retention) === null)) {
    const supported = 'Supported periods are from 1 to 78 weeks.';
    say('retention_period', `Unsupported value for retention_period: ${pythonText(retention)}. ${supported}`);
  }
  if (filename !== null && typeof filename !== 'string')
    say('filename', `${pythonText(filename)} is not of type string, null`);
  else if (filename !== null && !filename.includes('.')) say('filename', missingExtensionMessage);
  if (Object.hasOwn(value, 'is_csv') && Object.hasOwn(value, 'filename'))
    problems.push('Do not set a value for `is_csv` if `filename` is set.');
  // The API deletes every apostrophe of such a message.
  return problems.map((problem) => problem.replaceAll("'", ''));
}

/** Of a file name without a dot; the document store says the same. */
export const missingExtensionMessage = '`filename` must end with a file extension. For example, filename.csv';

function describeUnexpected(names: readonly string[]): string {
  const verb = names.length === 1 ? 'was' : 'were';
  return `Additional properties are not allowed (${[...names].sort().join(', ')} ${verb} unexpected)`;
}

function isFlag(value: JsonValue): boolean {
  return value === null || typeof value === 'boolean';
}

function describeFlag(name: string, value: JsonValue): string {
  return `Unsupported value for ${name}: ${pythonText(value)}. Use a boolean true or false value.`;
}
