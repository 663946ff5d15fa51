import { expect, it } from 'vitest';
import { sheetsOf } from '../../../src/lib/letters/sheets.ts';

it.each([
  [null, 0],
  [0, 0],
  [1, 1],
  [2, 1],
  [3, 2],
  [9, 5],
  [10, 5],
])('%s pages are %i sheets', (pages, sheets) => {
  expect(sheetsOf(pages)).toBe(sheets);
});
