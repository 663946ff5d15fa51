import type { CsvRow } from '../recipients/csv/check-row.ts';
import type { CellValue } from '../recipients/csv/row-cells.ts';
import { placeholderKey } from '../templates/placeholders.ts';

/** Something that is wrong with a row of a file. */
export interface RowProblem {
  /** The heading of the cell, as it is spelled in the file; null for the whole row. */
  readonly column: string | null;
  readonly value: string | null;
  readonly message: string;
}

/** Headings by key; of several with one key the last. */
export function namesOfColumns(headers: readonly string[] | undefined): ReadonlyMap<string, string> {
  return new Map(headers?.map((header) => [placeholderKey(header), header]));
}

/** What is wrong with a row: first what concerns all of it. */
export function problemsOf(
  { rowError, cellErrors, qrCodeTooLong, personalisation }: CsvRow,
  names: ReadonlyMap<string, string>,
): RowProblem[] {
  const problems: RowProblem[] = [];
  const ofRow = (message: string): RowProblem => ({ column: null, value: null, message });
  if (rowError !== null) problems.push(ofRow(rowError));
  if (qrCodeTooLong) problems.push(ofRow('Too many characters for the QR code link'));
  for (const [key, message] of cellErrors) {
    problems.push({ column: names.get(key) ?? key, value: textOf(personalisation[key] ?? null), message });
  }
  return problems;
}

function textOf(value: CellValue): string | null {
  return Array.isArray(value) ? value.filter((item) => item !== null).join(', ') : value;
}
