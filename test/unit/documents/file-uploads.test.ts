import { describe, expect, it, test } from 'vitest';
import type { AppError } from '../../../src/lib/core/errors.ts';
import { parseJson, type JsonObject } from '../../../src/lib/core/json.ts';
import { readFileUploads } from '../../../src/lib/documents/file-uploads.ts';
import { parseRetentionPeriod } from '../../../src/lib/documents/retention-period.ts';

const missingExtension = 'filename `filename` must end with a file extension. For example, filename.csv';
const bothSet = 'Do not set a value for `is_csv` if `filename` is set.';

/** The messages of the refusal. */
function problemsOf(personalisation: JsonObject): unknown {
  try {
    readFileUploads(personalisation);
  } catch (error) {
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED' });
    return (error as AppError).details?.['messages'];
  }
  return 'nothing';
}

describe('a file that is well formed', () => {
  const defaults = { filename: null, isCsv: false, confirmEmail: true, retentionPeriod: '26 weeks' };

  test.each<[string, JsonObject, object]>([
    ['has defaults', {}, {}],
    ['takes null for the default', { is_csv: null, confirm_email_before_download: null, retention_period: null }, {}],
    ['may have no name', { filename: null }, {}],
    ['may be CSV', { is_csv: true }, { isCsv: true }],
    ['may not be CSV', { is_csv: false }, {}],
    ['may need no confirmation', { confirm_email_before_download: false }, { confirmEmail: false }],
    ['may need confirmation', { confirm_email_before_download: true }, {}],
    ['may have a name', { filename: 'report.v1.pdf' }, { filename: 'report.v1.pdf' }],
    ['may be kept for a time', { retention_period: ' 1 WEEK ' }, { retentionPeriod: ' 1 WEEK ' }],
  ])('%s', (_name, members, changes) => {
    const uploads = readFileUploads({ key: { file: 'YQ==', ...members } });
    expect([...uploads]).toEqual([['key', { file: 'YQ==', ...defaults, ...changes }]]);
  });
});

describe('a file that is not', () => {
  const weeks = (shown: string): string =>
    `retention_period Unsupported value for retention_period: ${shown}. Supported periods are from 1 to 78 weeks.`;
  const flag = (name: string, shown: string): string =>
    `${name} Unsupported value for ${name}: ${shown}. Use a boolean true or false value.`;

  test.each<[string, string[]]>([
    ['{"file": 5}', ['file 5 is not of type string']],
    ['{"file": null}', ['file None is not of type string']],
    ['{"file": {"a": "b"}}', ['file {a: b} is not of type string']],
    ['{"file": ["YQ=="]}', ['file [YQ==] is not of type string']],
    ['{"file": "", "filename": "report"}', [missingExtension]],
    ['{"file": "", "filename": ""}', [missingExtension]],
    ['{"file": "", "filename": 5}', ['filename 5 is not of type string, null']],
    ['{"file": "", "is_csv": "bad"}', [flag('is_csv', 'bad')]],
    ['{"file": "", "is_csv": "it\'s"}', [flag('is_csv', 'its')]],
    ['{"file": "", "is_csv": 1.0}', [flag('is_csv', '1.0')]],
    ['{"file": "", "confirm_email_before_download": "no"}', [flag('confirm_email_before_download', 'no')]],
    ['{"file": "", "retention_period": "79 weeks"}', [weeks('79 weeks')]],
    ['{"file": "", "retention_period": "0 weeks"}', [weeks('0 weeks')]],
    ['{"file": "", "retention_period": "1 month"}', [weeks('1 month')]],
    ['{"file": "", "retention_period": 4}', [weeks('4')]],
    ['{"file": "", "is_csv": true, "filename": "a.csv"}', [bothSet]],
    ['{"file": "", "is_csv": null, "filename": null}', [bothSet]],
    ['{"file": "", "other": 1}', ['Additional properties are not allowed (other was unexpected)']],
    [
      '{"x": 1, "filename": "report", "retention_period": false, "other": 1, "confirm_email_before_download": 0, "is_csv": [], "file": true}',
      [
        'Additional properties are not allowed (other, x were unexpected)',
        'file True is not of type string',
        flag('is_csv', '[]'),
        flag('confirm_email_before_download', '0'),
        weeks('False'),
        missingExtension,
        bothSet,
      ],
    ],
  ])('%s', (source, messages) => {
    expect(problemsOf({ upload: parseJson(source) })).toEqual(messages);
  });

  it('is the only one that is reported', () => {
    const personalisation = { good: { file: '' }, first: { file: 1 }, second: { file: 2, is_csv: 3 } };
    expect(problemsOf(personalisation)).toEqual(['file 1 is not of type string']);
  });
});

it('takes no other value for a file', () => {
  const source =
    '{"a": "file", "b": 1.50, "c": {"filename": "x.pdf"}, "d": [{"file": ""}], "e": null, "f": {"File": ""}}';
  expect(readFileUploads(parseJson(source) as JsonObject).size).toBe(0);
});

it('finds files whatever the template asks for, in their order', () => {
  const personalisation = { b: { file: 'Yg==' }, name: 'Ann', a: { file: 'YQ==', filename: 'a.txt' } };
  expect([...readFileUploads(personalisation).keys()]).toEqual(['b', 'a']);
});

test.each<[string, number | null]>([
  ['1 week', 1],
  ['1 weeks', 1],
  ['2 week', 2],
  ['78 weeks', 78],
  ['\t26 Weeks\n', 26],
  ['79 weeks', null],
  ['0 weeks', null],
  ['-1 weeks', null],
  ['1.5 weeks', null],
  ['26', null],
  ['26weeks', null],
  ['26 weeks from now', null],
  ['', null],
  [`${'9'.repeat(400)} weeks`, null],
])('the retention period %j is %s weeks', (text, weeks) => {
  expect(parseRetentionPeriod(text)).toBe(weeks);
});
