/** A plain table: columns padded to their widest cell, two blanks between, no lines. */
export function table(
  rows: readonly Readonly<Record<string, string | number | boolean | null>>[],
  columns?: readonly string[],
): string {
  const names = columns ?? Object.keys(rows[0] ?? {});
  const cells = [
    names.map((name) => name.toUpperCase().replaceAll('_', ' ')),
    ...rows.map((row) => names.map((name) => text(row[name]))),
  ];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Lines `name: value`, names padded. */
export function facts(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${text(value)}`).join('\n');
}

function text(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value);
}
