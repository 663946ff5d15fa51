import type { SchemaDescription, TableDescription } from './describe-schema.ts';

/** How a database differs from what its migrations made, in sentences. */
export interface SchemaDrift {
  /** What is missing or different. */
  readonly problems: readonly string[];
  /** Indexes that nobody expects: they cost writes and break nothing. */
  readonly extraIndexes: readonly string[];
}

/** Compares a database with the expected shape. Tables of others in the same schema do not count. */
export function compareSchemas(expected: SchemaDescription, actual: SchemaDescription): SchemaDrift {
  const problems: string[] = [];
  const extraIndexes: string[] = [];
  for (const [name, labels] of Object.entries(expected.enums)) {
    const found = actual.enums[name];
    if (found === undefined) problems.push(`type ${name} is missing`);
    else if (found.join() !== labels.join())
      problems.push(`type ${name} is (${found.join(', ')}), expected (${labels.join(', ')})`);
  }
  for (const [name, table] of Object.entries(expected.tables)) {
    const found = actual.tables[name];
    if (found === undefined) problems.push(`table ${name} is missing`);
    else compareTables(name, table, found, problems, extraIndexes);
  }
  return { problems, extraIndexes };
}

function compareTables(
  table: string,
  expected: TableDescription,
  actual: TableDescription,
  problems: string[],
  extraIndexes: string[],
): void {
  const comparisons = [
    { kind: 'column', of: expected.columns, found: actual.columns },
    { kind: 'constraint', of: expected.constraints, found: actual.constraints },
    { kind: 'index', of: expected.indexes, found: actual.indexes },
    { kind: 'trigger', of: expected.triggers, found: actual.triggers },
  ];
  for (const { kind, of, found } of comparisons) {
    for (const [name, definition] of Object.entries(of)) {
      const actualDefinition = found[name];
      if (actualDefinition === undefined) problems.push(`${kind} ${table}.${name} is missing`);
      else if (actualDefinition !== definition)
        problems.push(`${kind} ${table}.${name} is '${actualDefinition}', expected '${definition}'`);
    }
    for (const name of Object.keys(found).filter((candidate) => of[candidate] === undefined)) {
      if (kind === 'index') extraIndexes.push(`${table}.${name}`);
      else problems.push(`${kind} ${table}.${name} is not expected`);
    }
  }
}
