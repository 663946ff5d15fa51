import type { Queryable } from '../db/database.ts';

/**
 * Notes a failed send and returns how many there were after `since`. No more than `kept` are remembered, so the row and
 * the count never grow beyond that.
 */
export async function insertSendError(
  db: Queryable,
  input: { identifier: string; at: Date; since: Date; kept: number },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'insert_send_error',
    text: `INSERT INTO provider_errors AS known (identifier, occurred_at) VALUES ($1, ARRAY[$2::timestamp])
      ON CONFLICT (identifier) DO UPDATE SET occurred_at = (SELECT array_agg(at) FROM (
        SELECT at FROM unnest(known.occurred_at || EXCLUDED.occurred_at) AS at WHERE at > $3 ORDER BY at DESC LIMIT $4
      ) AS recent)
      RETURNING cardinality(occurred_at) AS count`,
    values: [input.identifier, input.at, input.since, input.kept],
  });
  return rows[0]!.count;
}
