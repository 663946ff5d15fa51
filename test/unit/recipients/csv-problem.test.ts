import { expect, test } from 'vitest';
import { checkCsvFile } from '../../../src/lib/recipients/csv/check-csv-file.ts';
import type { CsvProblem } from '../../../src/lib/recipients/csv/csv-problem.ts';
import type { TemplateType } from '../../../src/lib/templates/template.ts';
import { csvOptions, sourceOf, type CheckOverrides } from './csv-check.ts';

interface Case {
  type?: TemplateType;
  content?: string;
  options?: CheckOverrides;
  context?: { restricted?: boolean; sentToday?: boolean; dailyLimit?: number; dailyInternationalLimit?: number };
}

async function check(
  csv: string | Buffer,
  { type = 'sms', content = 'x', options, context }: Case = {},
  shownRows = 50,
) {
  return checkCsvFile({
    open: async () => sourceOf(csv),
    options: csvOptions(type, content, options),
    context: {
      ...{
        fileName: 'people.csv',
        restricted: false,
        sentToday: false,
        dailyLimit: null,
        dailyInternationalLimit: null,
      },
      ...context,
    },
    shownRows,
  });
}

const numbers = (count: number): string => `phone number\n${'07900900123\n'.repeat(count)}`;

test.each<[string, string, Case, Omit<CsvProblem, 'kind'>]>([
  [
    'too many rows, before all others',
    'x\n1\n2',
    { options: { maxRows: 1 } },
    {
      title: 'Your file has too many rows',
      messages: ['Notify can process up to 1 rows at once. Your file has 2 rows.'],
    },
  ],
  [
    'no rows',
    'phone number',
    {},
    { title: 'Your file is missing some rows', messages: ['It needs at least one row of data.'] },
  ],
  [
    'no rows, and no column',
    'phone number',
    { content: '((a))' },
    {
      title: 'Your file is missing some rows',
      messages: ['It needs at least one row of data, and a column called ‘a’.'],
    },
  ],
  [
    'nothing',
    '',
    { content: '((b)) ((a))' },
    {
      title: 'Your file is missing some rows',
      messages: ['It needs at least one row of data, and columns called ‘a’, ‘b’ and ‘phone number’.'],
    },
  ],
  [
    'no recipient column',
    'a,b,c\n1,2,3',
    {},
    {
      title: 'There’s a problem with your column names',
      messages: [
        'Your file needs a column called ‘phone number’.',
        'Right now it has columns called ‘a’, ‘b’ and ‘c’.',
      ],
    },
  ],
  [
    'a missing column, although it was sent today',
    'phone number\n07900900123',
    { content: '((a))', context: { sentToday: true } },
    {
      title: 'Your column names need to match the double brackets in your template',
      messages: ['Your file is missing a column called ‘a’.'],
    },
  ],
  [
    'sent today, before what is wrong with rows',
    'phone number\nabc',
    { context: { sentToday: true } },
    {
      title: 'These messages have already been sent today',
      messages: ['If you need to resend them, rename the file and upload it again.'],
    },
  ],
  [
    'no address columns',
    'name\nJo',
    { type: 'letter' },
    {
      title: 'There’s a problem with your column names',
      messages: [
        'Your file needs at least 3 address columns, for example ‘address line 1’, ‘address line 2’ and ‘address line 3’.',
        'Right now it has one column, called ‘name’.',
      ],
    },
  ],
  [
    'repeated recipient columns',
    'phone number,phone_number\n07900900123,07900900123',
    {},
    {
      title: 'There’s a problem with your column names',
      messages: [
        'We found more than one column called ‘phone number’ or ‘phone_number’.',
        'Delete or rename one of these columns and try again.',
      ],
    },
  ],
  [
    'missing columns, in the order of the template',
    'phone number\nabc',
    { content: '((z)) ((a))' },
    {
      title: 'Your column names need to match the double brackets in your template',
      messages: ['Your file is missing columns called ‘z’ and ‘a’.'],
    },
  ],
  [
    'bad rows',
    'phone number\n+12025550104\nabc',
    { options: { guestList: ['07900900123'] } },
    { title: 'There’s a problem with people.csv', messages: ['You need to fix 2 phone numbers.'] },
  ],
  [
    'rows bad in several ways',
    `phone number,a\nabc,y\n07900900123,\n07900900123,no\n07900900123,no\n07900900123,yes`,
    { content: `((a??${'x'.repeat(919)}))` },
    {
      title: 'There are some problems with people.csv',
      messages: [
        'fix 1 phone number',
        'enter missing data in 1 row',
        'shorten the messages in 3 rows',
        'check you have content for the empty messages in 2 rows',
      ],
    },
  ],
  [
    'recipients that are not allowed',
    numbers(2),
    { options: { guestList: ['07900900124'] } },
    {
      title: 'You cannot send to these phone numbers',
      messages: ['In trial mode you can only send to yourself and members of your team'],
    },
  ],
  [
    'letters in trial mode',
    'address line 1,address line 2,postcode\nA,B,SW1A 1AA',
    { type: 'letter', context: { restricted: true } },
    {
      title: 'You cannot send this letter',
      messages: ['In trial mode you can only preview how your letters will look'],
    },
  ],
  [
    'too many messages, when nothing was sent today',
    numbers(51),
    { options: { remainingMessages: 50 }, context: { restricted: true, dailyLimit: 50 } },
    {
      title: 'Too many recipients',
      messages: [
        'You can only send 50 text messages per day in trial mode.',
        '‘people.csv’ contains 51 phone numbers.',
      ],
    },
  ],
  [
    'too many messages, when something was',
    numbers(13),
    { options: { remainingMessages: 12 }, context: { dailyLimit: 250_000 } },
    {
      title: 'Too many recipients',
      messages: [
        'You can only send 250,000 text messages per day.',
        'You can still send 12 text messages today, but ‘people.csv’ contains 13 phone numbers.',
      ],
    },
  ],
  [
    'too many messages abroad',
    'phone number\n+12025550104\n+33612345678',
    {
      options: { internationalSms: true, remainingInternationalSms: -1 },
      context: { dailyInternationalLimit: 100 },
    },
    {
      title: 'Too many international phone numbers',
      messages: [
        'You can only send 100 international text messages per day.',
        'You can still send 0 international text messages today, but ‘people.csv’ contains 2 international phone numbers.',
      ],
    },
  ],
])('%s', async (_name, csv, input, expected) => {
  expect((await check(csv, input)).problem).toMatchObject(expected);
});

test('a file that can be sent has no problem, whatever its other columns', async () => {
  const { problem, rows } = await check('phone number,x\n07900900123,y');
  expect(problem).toBeNull();
  expect(rows).toHaveLength(1);
});

test('the first rows with errors are shown, or the first rows when a column is missing', async () => {
  const csv = 'phone number\n07900900123\nabc\n07900900123\nabc\nabc';
  const bad = await check(csv, {}, 2);
  expect(bad.rows.map(({ index }) => index)).toEqual([1, 3]);
  expect(bad.rowsWithErrors).toEqual([1, 3, 4]);
  const missing = await check(csv, { content: '((a))' }, 2);
  expect(missing.rows.map(({ index }) => index)).toEqual([0, 1]);
});

test('a file that cannot be read is a problem, too', async () => {
  const { problem, summary } = await check(Buffer.from([0xff, 0xfe, 0x61, 0x00]));
  expect(problem).toEqual({
    kind: 'unreadable',
    title: 'Notify cannot read this file - try using a different file type',
    messages: [],
  });
  expect(summary).toBeNull();
});
