import { expect, it } from 'vitest';
import { counted } from '../../../src/lib/core/counted.ts';

it.each<[number, string, string | undefined, string]>([
  [0, 'row', undefined, '0 rows'],
  [1, 'row', undefined, '1 row'],
  [2, 'text message', undefined, '2 text messages'],
  [1, 'entry', 'entries', '1 entry'],
  [2, 'entry', 'entries', '2 entries'],
  [12_345, 'letter', undefined, '12,345 letters'],
])('%d of %s', (count, one, several, text) => {
  expect(counted(count, one, several)).toBe(text);
});
