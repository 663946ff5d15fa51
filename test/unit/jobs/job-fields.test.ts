import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../src/lib/core/errors.ts';
import { readJobFields } from '../../../src/lib/jobs/job-fields.ts';

const now = new Date('2016-01-01T12:00:00Z');
const user = '6af522d0-2915-4e52-83a3-3690455a5fe6';
const complete = { original_file_name: 'a.csv', notification_count: 3, created_by: user };

function problemsOf(changes: object): unknown {
  try {
    readJobFields({ ...complete, ...changes }, now);
    return null;
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    return error.details?.['fields'];
  }
}

const missing = ['Missing data for required field.'];

describe('the fields of a job', () => {
  it.each([
    [{ original_file_name: undefined }, { original_file_name: missing }],
    [{ notification_count: undefined }, { notification_count: missing }],
    [{ created_by: undefined }, { created_by: missing }],
    [
      { created_by: null, original_file_name: null },
      { original_file_name: missing, created_by: missing },
    ],
    [{ created_by: 'somebody' }, { created_by: ['Not a valid UUID.'] }],
    [{ notification_count: 'many' }, { notification_count: ['Not a valid integer.'] }],
    [{ notification_count: -1 }, { notification_count: ['Not a valid integer.'] }],
    [{ original_file_name: 7 }, { original_file_name: ['Not a valid string.'] }],
    [{ contact_list_id: 'list' }, { contact_list_id: ['Not a valid UUID.'] }],
    [{ scheduled_for: 'tomorrow' }, { scheduled_for: ['Not a valid datetime.'] }],
    [{ scheduled_for: '2016-02-30T10:00:00' }, { scheduled_for: ['Not a valid datetime.'] }],
    [{ scheduled_for: '2016-01-01T11:59:59' }, { scheduled_for: ['Date cannot be in the past'] }],
    [
      { scheduled_for: '2016-01-08T12:00:00.001' },
      { scheduled_for: ['Date cannot be more than 7 days in the future'] },
    ],
    [{ unknown: 'x', scheduled_for: null, contact_list_id: null }, null],
  ])('%j: %j', (changes, problems) => {
    expect(problemsOf(changes)).toEqual(problems);
  });

  it.each([
    ['2016-01-01T12:00:00', '2016-01-01T12:00:00.000Z'],
    ['2016-01-05T11:59:00', '2016-01-05T11:59:00.000Z'],
    ['2016-01-08T12:00:00', '2016-01-08T12:00:00.000Z'],
    ['2016-01-05T11:59:00.123456', '2016-01-05T11:59:00.123Z'],
    ['2016-01-05T11:59:00Z', '2016-01-05T11:59:00.000Z'],
    ['2016-01-05T11:59:00+02:00', '2016-01-05T09:59:00.000Z'],
    ['2016-01-05T11:59:00-0130', '2016-01-05T13:29:00.000Z'],
    ['2016-01-05 11:59', '2016-01-05T11:59:00.000Z'],
  ])('the time %s is %s', (text, expected) => {
    expect(readJobFields({ ...complete, scheduled_for: text }, now).scheduledFor?.toISOString()).toBe(expected);
  });
});
