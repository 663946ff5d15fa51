import { fieldError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';

/** What a request to create a job says, once it is checked. */
export interface JobFields {
  readonly originalFileName: string;
  readonly notificationCount: number;
  readonly createdById: string;
  readonly scheduledFor: Date | null;
  readonly contactListId: string | null;
}

const missing = 'Missing data for required field.';
const dayMs = 24 * 60 * 60 * 1000;
/** How far ahead a job can be scheduled. */
const mostDaysAhead = 7;

/** A value, or what is wrong with it. */
type Read<Value> = { readonly value: Value } | { readonly problem: string };

/**
 * Reads the fields of a job (jobs sheet §3, check 8).
 *
 * @throws AppError VALIDATION_FAILED with all problems by field
 */
export function readJobFields(body: Readonly<Record<string, unknown>>, now: Date): JobFields {
  const problems: Record<string, string[]> = {};
  const read = <Value>(field: string, reader: (given: unknown) => Read<Value>): Value => {
    const result = reader(body[field] ?? null);
    if ('value' in result) return result.value;
    problems[field] = [result.problem];
    return null as Value;
  };
  const fields = {
    originalFileName: read('original_file_name', readText),
    notificationCount: read('notification_count', readCount),
    createdById: read('created_by', readUuid),
    scheduledFor: read('scheduled_for', (given) => readSchedule(given, now)),
    contactListId: read('contact_list_id', (given): Read<string | null> =>
      given === null ? { value: null } : readUuid(given),
    ),
  };
  if (Object.keys(problems).length > 0) throw fieldError('VALIDATION_FAILED', problems);
  return fields;
}

function readText(given: unknown): Read<string> {
  if (given === null) return { problem: missing };
  return typeof given === 'string' ? { value: given } : { problem: 'Not a valid string.' };
}

function readCount(given: unknown): Read<number> {
  if (given === null) return { problem: missing };
  const isDigits = typeof given === 'string' && /^\d{1,9}$/.test(given);
  const value = isDigits ? Number(given) : given;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31) return { value };
  return { problem: 'Not a valid integer.' };
}

function readUuid(given: unknown): Read<string> {
  if (given === null) return { problem: missing };
  const value = parseUuid(given);
  return value === null ? { problem: 'Not a valid UUID.' } : { value };
}

const dateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** A time without a zone is UTC. */
function readSchedule(given: unknown, now: Date): Read<Date | null> {
  if (given === null) return { value: null };
  const value = typeof given === 'string' ? readDateTime(given) : null;
  if (value === null) return { problem: 'Not a valid datetime.' };
  if (value < now) return { problem: 'Date cannot be in the past' };
  if (value.getTime() > now.getTime() + mostDaysAhead * dayMs)
    return { problem: `Date cannot be more than ${mostDaysAhead} days in the future` };
  return { value };
}

function readDateTime(text: string): Date | null {
  const zone = dateTime.exec(text)?.[1];
  if (zone === undefined && !dateTime.test(text)) return null;
  const local = text
    .slice(0, text.length - (zone?.length ?? 0))
    .replace(' ', 'T')
    .replace(',', '.');
  const date = new Date(`${local}${zone === undefined ? 'Z' : zone.toUpperCase().replace(/(\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(date.getTime()) || !isRealDate(local, date, zone) ? null : date;
}

/** The engine reads 30 February as 2 March. */
function isRealDate(local: string, date: Date, zone: string | undefined): boolean {
  const asUtc = zone === undefined ? date : new Date(`${local}Z`);
  return asUtc.toISOString().slice(0, 16) === local.slice(0, 16);
}
