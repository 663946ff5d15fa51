const needsQuotes = /[",\r\n]|^ /;

/** One cell of CSV, quoted where its reader would otherwise see something else. */
export function csvCell(value: string): string {
  return needsQuotes.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** One line of CSV with its line end. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`;
}
