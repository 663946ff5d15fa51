import { Flags } from '@oclif/core';
import { csvLine } from '../recipients/csv/write-csv.ts';
import { table } from './table.ts';

export type Row = Readonly<Record<string, string | number | null>>;

const formats = ['table', 'csv', 'json'] as const;

/** `--format`, for commands whose result is rows. */
export const formatFlag = Flags.option({
  summary: 'How the rows are written; --json prints one document with them.',
  options: formats,
  default: 'table' as const,
});

interface RowFormat {
  readonly format: (typeof formats)[number];
  readonly columns: readonly string[];
  /** How numbers of these columns are shown to people; programs get them as they are. */
  readonly inTable?: Readonly<Record<string, (value: number) => string>>;
}

/** Rows that have the same keys, which are the columns. Without rows there is nothing, in a CSV file but the columns. */
export function formatRows(rows: readonly Row[], { format, columns, inTable = {} }: RowFormat): string {
  if (format === 'json') return JSON.stringify(rows);
  if (format === 'table')
    return table(
      rows.map((row) => Object.fromEntries(columns.map((name) => [name, cellOf(row[name], inTable[name])]))),
      columns,
    );
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? null))];
  // Whoever prints it ends the last line.
  return lines.map(csvLine).join('').slice(0, -1);
}

function cellOf(value: Row[string] | undefined, inWords: (value: number) => string = String): string | number | null {
  if (typeof value === 'number') return inWords(value);
  return typeof value === 'string' ? value.trim().replaceAll('\n', '; ') : (value ?? null);
}
