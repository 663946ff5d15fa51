import { expect, it } from 'vitest';
import { orderByReferences } from '../../../src/lib/transfer/table-order.ts';

const names = (tables: [string, string[]][]): string[] =>
  orderByReferences(tables.map(([name, refersTo]) => ({ name, refersTo }))).map(({ name }) => name);

it('puts what is referred to first, and goes by name otherwise', () => {
  const tables: [string, string[]][] = [
    ['a', ['c']],
    ['b', []],
    ['c', ['d', 'elsewhere']],
    ['d', []],
  ];
  expect(names(tables)).toEqual(['b', 'd', 'c', 'a']);
  expect(names(tables.toReversed())).toEqual(['b', 'd', 'c', 'a']);
});

it('names tables that refer to each other in a circle', () => {
  const circle: [string, string[]][] = [
    ['a', ['b']],
    ['b', ['a']],
  ];
  expect(() => names(circle)).toThrow('Tables refer to each other in a circle: a, b');
});
