/** A condition on columns that never change, for the table of this name in the statement. */
export type Condition = (table: 'n' | 'h') => string;

/**
 * A statement that counts notifications of both tables by columns, as rows of these columns and `count`. One that is in
 * both counts once, as `notifications` has it.
 *
 * What is in both is counted by itself and taken off: that join comes out empty, which an anti-join never does. A row
 * that is being moved is in one of them in every snapshot.
 *
 * @param columns expressions with a name, for the table of the given name
 */
export function countInBothTables(
  columns: (table: 'n' | 'h') => Readonly<Record<string, string>>,
  where: Condition,
): string {
  const names = Object.keys(columns('n'));
  const select = (table: 'n' | 'h', count: string): string =>
    [
      ...Object.entries(columns(table)).map(([name, expression]) => `${expression} AS ${name}`),
      `${count} AS count`,
    ].join(', ');
  const by = names.length === 0 ? '' : `GROUP BY ${names.map((_, index) => index + 1).join(', ')}`;
  return `SELECT ${[...names, 'sum(count)::bigint AS count'].join(', ')} FROM (
      SELECT ${select('n', 'count(*)')} FROM notifications n WHERE ${where('n')} ${by}
      UNION ALL
      SELECT ${select('h', 'count(*)')} FROM notification_history h WHERE ${where('h')} ${by}
      UNION ALL
      SELECT ${select('h', '-count(*)')} FROM notification_history h JOIN notifications n USING (id)
      WHERE ${where('h')} AND ${where('n')} ${by}
    ) AS counted ${names.length === 0 ? '' : `GROUP BY ${names.join(', ')}`} HAVING sum(count) > 0`;
}
