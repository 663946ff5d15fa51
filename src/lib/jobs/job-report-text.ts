import type { JobReport, JobReportRow } from './job-report.ts';

export const jobReportFormats = ['csv', 'jsonl'] as const;
export type JobReportFormat = (typeof jobReportFormats)[number];

const ownColumns = ['Template', 'Type', 'Job', 'Status', 'Time'];

/** The text of a report, in pieces; `onRows` is told how many rows a piece holds. */
export async function* writeJobReport(
  { columns, rows }: Pick<JobReport, 'columns' | 'rows'>,
  { format, onRows }: { format: JobReportFormat; onRows: (count: number) => void },
): AsyncGenerator<string> {
  // As in the original: a line feed after the headers, carriage returns with it after the rows.
  if (format === 'csv') yield `${csvLine(['Row number', ...columns, ...ownColumns])}\n`;
  const toText = format === 'csv' ? toCsvRow : (row: JobReportRow) => toJsonLine(row, columns);
  for await (const batch of rows) {
    onRows(batch.length);
    yield batch.map(toText).join('');
  }
}

function toCsvRow({ rowNumber, cells, template, type, job, status, time }: JobReportRow): string {
  return `${csvLine([String(rowNumber), ...cells, template, type, job, status, time])}\r\n`;
}

function toJsonLine({ rowNumber, cells, ...row }: JobReportRow, columns: readonly string[]): string {
  const byColumn = Object.fromEntries(columns.map((column, index) => [column, cells[index]!]));
  return `${JSON.stringify({ row_number: rowNumber, cells: byColumn, ...row })}\n`;
}

/** Cells are quoted only where they have to be. */
function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
