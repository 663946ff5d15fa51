import { counted } from '../core/counted.ts';
import type { CsvFileCheck } from '../recipients/csv/check-csv-file.ts';
import type { CsvRow } from '../recipients/csv/check-row.ts';
import type { CsvProblem } from '../recipients/csv/csv-problem.ts';
import { table } from './table.ts';

/** The result of `notify jobs check FILE`: the fields of the JSON Lines form, for the file, and its problem. */
export interface CsvReport {
  readonly file: string;
  readonly sendable: boolean;
  readonly problem: CsvProblem | null;
  readonly row_count: number;
  readonly rows_with_errors: readonly number[];
  readonly rows: readonly RowReport[];
}

export interface RowReport {
  /** As people count: 1 is the line of the headers. */
  readonly row: number;
  readonly errors: readonly string[];
  readonly recipient: CsvRow['recipient'];
}

/** What is odd about a file that may still be right. */
export function warningsOf({ summary }: CsvFileCheck): string[] {
  const unclosed = summary?.unclosedQuote ?? null;
  if (unclosed === null) return [];
  return [`Line ${unclosed.line}: a quote that nothing closes; the rest of the file is one cell`];
}

/** The report for people. */
export function renderCsvReport({ file, problem, row_count, rows_with_errors, rows }: CsvReport): string {
  if (problem?.kind === 'unreadable') return `${file}: ${problem.title}`;
  const bad = rows_with_errors.length;
  const lines = [
    `${file}: ${counted(row_count, 'row')}, ${bad === 0 ? 'none' : bad.toLocaleString('en-GB')} with errors`,
  ];
  if (problem === null) lines.push('The file can be sent.');
  else lines.push('', problem.title, ...listOf(problem));
  const shown = rows.filter(({ errors }) => errors.length > 0);
  if (shown.length === 0) return lines.join('\n');
  const cells = shown.map(({ row, recipient, errors }) => ({
    row,
    recipient: shownRecipient(recipient),
    errors: errors.join('; '),
  }));
  const more = bad - shown.length;
  return [...lines, '', table(cells), ...(more > 0 ? [`… and ${counted(more, 'more row')} with errors`] : [])].join(
    '\n',
  );
}

function listOf({ kind, messages }: CsvProblem): string[] {
  // Several things to do about the rows are a list.
  if (kind !== 'row-errors' || messages.length === 1) return [...messages];
  return ['You need to:', ...messages.map((message) => `- ${message}`)];
}

function shownRecipient(recipient: CsvRow['recipient']): string | null {
  if (!Array.isArray(recipient)) return recipient;
  return recipient
    .flat()
    .filter((value) => value !== null)
    .join(', ');
}
