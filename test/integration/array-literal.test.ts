import { expect, it } from 'vitest';
import { arrayLiteral } from '../../src/lib/db/array-literal.ts';
import { useTestDatabase } from '../support/test-database.ts';

const database = useTestDatabase();

async function readBack(values: Parameters<typeof arrayLiteral>[0], type: string): Promise<unknown> {
  const { rows } = await database.db.query<{ values: unknown }>({
    text: `SELECT $1::${type}[] AS values`,
    values: [arrayLiteral(values)],
  });
  return rows[0]!.values;
}

const texts = [
  'plain',
  '',
  ' ',
  ' blank ends ',
  'null',
  'NULL',
  'Nullable',
  'a,b',
  '{a}',
  'say "hi"',
  'back\\slash',
  '\\"',
  'two\nlines\r\n\t',
  'Łódź 😀',
  '+44 7900',
  "it's",
  'v1.key.a_b-C',
];

it('of texts is read back as it was, whatever they hold', async () => {
  const values = [null, ...texts, null];
  expect(await readBack(values, 'text')).toEqual(values);
});

it.each([
  ['text', []],
  ['text', [null]],
  ['int', [1, -2, null]],
  ['boolean', [true, false, null]],
  ['uuid', ['01a1fcc0-e4ea-7d74-9f93-b4585111bc9c', null]],
])('of %s %j is read back as it was', async (type, values) => {
  expect(await readBack(values, type)).toEqual(values);
});

it('of dates and decimals is understood', async () => {
  const at = new Date('2016-01-01T11:09:00.061Z');
  expect(await readBack([at, null], 'timestamptz')).toEqual([at, null]);
  expect(await readBack([0.5, 1, null], 'float8')).toEqual([0.5, 1, null]);
});
