import { expect, it } from 'vitest';
import type { SchemaDescription } from '../../../src/lib/db/describe-schema.ts';
import { compareSchemas } from '../../../src/lib/db/schema-drift.ts';

const expected: SchemaDescription = {
  enums: { colour: ['red', 'green'] },
  tables: {
    cars: {
      columns: { id: 'uuid not null', paint: 'colour' },
      constraints: { cars_pkey: 'PRIMARY KEY (id)' },
      indexes: { cars_paint_idx: 'CREATE INDEX cars_paint_idx ON cars USING btree (paint)' },
      triggers: { honk: 'CREATE TRIGGER honk AFTER INSERT ON cars FOR EACH ROW EXECUTE FUNCTION honk()' },
    },
  },
};
const { cars } = expected.tables as { cars: SchemaDescription['tables'][string] };

/** The expected schema with other parts in the one table. */
const withCars = (parts: Partial<typeof cars>): SchemaDescription => ({
  ...expected,
  tables: { cars: { ...cars, ...parts } },
});

it('finds nothing in the same schema, beside which others may have tables', () => {
  const beside = { columns: {}, constraints: {}, indexes: {}, triggers: {} };
  const actual = { enums: { ...expected.enums, other: ['x'] }, tables: { ...expected.tables, beside } };
  expect(compareSchemas(expected, actual)).toEqual({ problems: [], extraIndexes: [] });
});

it.each<[string, SchemaDescription, string[]]>([
  ['a table', { ...expected, tables: {} }, ['table cars is missing']],
  ['a type', { ...expected, enums: {} }, ['type colour is missing']],
  [
    'labels of a type',
    { ...expected, enums: { colour: ['green', 'red'] } },
    ['type colour is (green, red), expected (red, green)'],
  ],
  ['a column', withCars({ columns: { id: 'uuid not null' } }), ['column cars.paint is missing']],
  [
    'the type of a column',
    withCars({ columns: { id: 'uuid', paint: 'colour' } }),
    ["column cars.id is 'uuid', expected 'uuid not null'"],
  ],
  [
    'one column too many',
    withCars({ columns: { ...cars.columns, size: 'text' } }),
    ['column cars.size is not expected'],
  ],
  ['a constraint', withCars({ constraints: {} }), ['constraint cars.cars_pkey is missing']],
  [
    'one constraint too many',
    withCars({ constraints: { ...cars.constraints, c: 'CHECK (false)' } }),
    ['constraint cars.c is not expected'],
  ],
  ['an index', withCars({ indexes: {} }), ['index cars.cars_paint_idx is missing']],
  ['a trigger', withCars({ triggers: {} }), ['trigger cars.honk is missing']],
])('finds %s', (_, actual, problems) => {
  expect(compareSchemas(expected, actual)).toEqual({ problems, extraIndexes: [] });
});

it('finds an index that is invalid', () => {
  const [definition] = Object.values(cars.indexes);
  const { problems } = compareSchemas(expected, withCars({ indexes: { cars_paint_idx: `${definition} INVALID` } }));
  expect(problems).toEqual([expect.stringMatching(/^index cars\.cars_paint_idx is '.+ INVALID', expected '.+'$/)]);
});

it('tells extra indexes apart: they break nothing', () => {
  const actual = withCars({ indexes: { ...cars.indexes, mine: 'CREATE INDEX mine ON cars USING btree (id)' } });
  expect(compareSchemas(expected, actual)).toEqual({ problems: [], extraIndexes: ['cars.mine'] });
});
