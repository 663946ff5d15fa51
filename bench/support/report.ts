import type { BenchResult } from './bench.ts';
import type { Machine } from './machine.ts';

/** The one document of `--json`. */
export interface Report {
  readonly bench: string;
  readonly figures: BenchResult['figures'];
  readonly ratios: BenchResult['ratios'];
  readonly machine: Machine & { readonly scale: number; readonly rounds: number };
}

/** A number with as many decimals as say something: whole from 100, else three significant digits. */
export function roundFigure(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** The report for people. */
export function formatReport({ bench, figures, ratios, machine }: Report): string {
  const columns: [string, Readonly<Record<string, string | number | null>>][] = [
    [`bench ${bench}`, figures],
    ['ratio', ratios],
    ['machine', { ...machine }],
  ];
  const names = columns.flatMap(([title, values]) => [title, ...Object.keys(values)]);
  const width = Math.max(...names.map((name) => name.length));
  return columns
    .map(([title, values]) =>
      [
        title.toUpperCase(),
        ...Object.entries(values).map(([name, value]) => `${name.padEnd(width)}  ${value ?? '-'}`),
      ].join('\n'),
    )
    .join('\n\n');
}
