import type { Queryable } from '../db/database.ts';

/**
 * Replaces encrypted personalisation that still reads `from`; the notification stays as it is otherwise, its
 * `updated_at` included. Returns how many it replaced.
 */
export async function replacePersonalisation(
  db: Queryable,
  values: readonly { id: string; from: string; to: string }[],
): Promise<number> {
  // Locked in the order of the primary key: two runs at once then wait for each other instead of deadlocking.
  const { rowCount } = await db.query({
    text: `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (id, was, becomes)),
      locked AS MATERIALIZED (SELECT n.id, given.becomes FROM notifications n
        JOIN given ON n.id = given.id AND n.personalisation = given.was ORDER BY n.id FOR UPDATE OF n)
      UPDATE notifications n SET personalisation = locked.becomes FROM locked WHERE n.id = locked.id`,
    values: [values.map(({ id }) => id), values.map(({ from }) => from), values.map(({ to }) => to)],
  });
  return rowCount ?? 0;
}
