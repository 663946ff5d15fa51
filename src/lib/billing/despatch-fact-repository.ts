import { SQL } from 'sql-template-strings';
import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { letterRatesAt } from './rate-repository.ts';

/** What the despatch facts of a day come to, before and after. */
export interface CountedDespatch {
  /** Letters. */
  readonly before: number;
  readonly after: number;
  /** Letters that no rate is known for; they are in neither. */
  readonly unpriced: readonly { readonly sheets: number; readonly postage: string; readonly letters: number }[];
}

/** Until the transaction ends, others who count the same day wait. */
export async function lockDespatchFacts(tx: Queryable, day: CalendarDate): Promise<void> {
  await tx.query(SQL`SELECT pg_advisory_xact_lock(hashtextextended(${`despatch facts ${day}`}, 0))`);
}

/** Puts the letters that were despatched on a day in the place of its facts. Under `lockDespatchFacts`. */
export async function replaceDespatchFacts(tx: Queryable, day: CalendarDate, at: Date): Promise<CountedDespatch> {
  const { rows } = await tx.query<{ before: number }>(SQL`WITH deleted AS (
      DELETE FROM ft_billing_letter_despatch WHERE bst_date = ${day}::date RETURNING notifications_sent)
    SELECT coalesce(sum(notifications_sent), 0)::bigint AS before FROM deleted`);
  const counted = await tx.query<Omit<CountedDespatch, 'before'>>({
    text: `WITH ${pricedLetters}, inserted AS (
        INSERT INTO ft_billing_letter_despatch (bst_date, postage, cost_threshold, rate, billable_units, notifications_sent,
          created_at)
        SELECT $1::date, postage, cost_threshold, rate, sheets, letters, $3 FROM priced WHERE rate IS NOT NULL)
      ${selectAfter}`,
    values: [day, londonMidnightUtc(day), at],
  });
  return { ...rows[0]!, ...counted.rows[0]! };
}

/** What `replaceDespatchFacts` would come to. */
export async function compareDespatchFacts(db: Queryable, day: CalendarDate): Promise<CountedDespatch> {
  const { rows } = await db.query<{ before: number }>(SQL`
    SELECT coalesce(sum(notifications_sent), 0)::bigint AS before FROM ft_billing_letter_despatch
    WHERE bst_date = ${day}::date`);
  const counted = await db.query<Omit<CountedDespatch, 'before'>>({
    text: `WITH ${pricedLetters} ${selectAfter}`,
    values: [day, londonMidnightUtc(day)],
  });
  return { ...rows[0]!, ...counted.rows[0]! };
}

/**
 * Whatever service they are of, letters that are despatched have the rates of the Crown (data sheet §5.1). Each is looked up
 * by its id, in the history when it is not in `notifications`: a join would be made by reading both tables.
 */
const pricedLetters = `letter_prices AS (${letterRatesAt('$2')}),
  despatched AS (
    SELECT coalesce(letter.postage, 'none') AS postage, letter.billable_units AS sheets, d.cost_threshold,
      count(*)::int AS letters
    FROM notifications_letter_despatch d
    CROSS JOIN LATERAL (
      SELECT n.postage, n.billable_units FROM notifications n WHERE n.id = d.notification_id
      UNION ALL SELECT h.postage, h.billable_units FROM notification_history h WHERE h.id = d.notification_id
      LIMIT 1) AS letter
    WHERE d.despatched_on = $1::date GROUP BY 1, 2, 3),
  priced AS MATERIALIZED (
    SELECT d.*, CASE d.sheets WHEN 0 THEN 0 ELSE l.rate END AS rate
    FROM despatched d
    LEFT JOIN letter_prices l ON l.post_class = d.postage AND l.sheet_count = d.sheets AND l.crown)`;

const selectAfter = `SELECT coalesce(sum(letters) FILTER (WHERE rate IS NOT NULL), 0)::bigint AS after,
    coalesce(jsonb_agg(jsonb_build_object('sheets', sheets, 'postage', postage, 'letters', letters))
      FILTER (WHERE rate IS NULL), '[]') AS unpriced
  FROM priced`;
