import { isAppError } from '../../core/errors.ts';
import { checkCsvSource, type CsvSummary } from './check-csv.ts';
import type { CsvRow } from './check-row.ts';
import type { CsvCheckOptions } from './csv-options.ts';
import { findCsvProblem, type CsvProblem, type CsvProblemContext } from './csv-problem.ts';
import type { CsvSource } from './csv-source.ts';

export interface CsvFileCheck {
  /** Null when the file can be sent. */
  readonly problem: CsvProblem | null;
  /** Null for a file that cannot be read. */
  readonly summary: CsvSummary | null;
  /** The first rows with errors if there are any and no column is missing, otherwise the first rows. */
  readonly rows: readonly CsvRow[];
  /** 0-based indexes of all rows with errors. */
  readonly rowsWithErrors: readonly number[];
}

export interface CheckCsvFileInput {
  /** Opens the file. @throws AppError REQUEST_INVALID when it is unreadable, which is a result here */
  readonly open: () => Promise<CsvSource>;
  readonly options: CsvCheckOptions;
  readonly context: Omit<
    CsvProblemContext,
    'templateType' | 'maxRows' | 'remainingMessages' | 'remainingInternationalSms'
  >;
  /** The most rows that are given back; the site shows 50. */
  readonly shownRows: number;
  /** Called with every row that has errors, in order, and waited for. */
  readonly onBadRow?: (row: CsvRow, headers: readonly string[]) => Promise<void> | void;
}

/** The whole check of a file before it is sent (jobs sheet §8), in constant memory. */
export async function checkCsvFile(input: CheckCsvFileInput): Promise<CsvFileCheck> {
  try {
    return await checkReadable(input);
  } catch (error) {
    if (!isAppError(error, 'REQUEST_INVALID')) throw error;
    const problem: CsvProblem = { kind: 'unreadable', title: error.message, messages: [] };
    return { problem, summary: null, rows: [], rowsWithErrors: [] };
  }
}

async function checkReadable({
  open,
  options,
  context,
  shownRows,
  onBadRow,
}: CheckCsvFileInput): Promise<CsvFileCheck> {
  const run = await checkCsvSource(await open(), options);
  const first: CsvRow[] = [];
  const bad: CsvRow[] = [];
  const rowsWithErrors: number[] = [];
  for await (const row of run.rows) {
    if (row === null) continue;
    if (first.length < shownRows) first.push(row);
    if (!row.hasError) continue;
    rowsWithErrors.push(row.index);
    if (bad.length < shownRows) bad.push(row);
    await onBadRow?.(row, run.headers);
  }
  const summary = run.summary();
  const { template, maxRows, remainingMessages, remainingInternationalSms } = options;
  const problem = findCsvProblem(summary, {
    ...context,
    templateType: template.templateType,
    maxRows,
    remainingMessages,
    remainingInternationalSms,
  });
  const areErrorsShown = bad.length > 0 && summary.columns.missing.length === 0;
  return { problem, summary, rows: areErrorsShown ? bad : first, rowsWithErrors };
}
