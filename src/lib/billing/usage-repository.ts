import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { SentMessages, TextRun } from './usage.ts';

/** Which facts, by which periods. */
export interface UsageScope {
  readonly first: CalendarDate;
  readonly last: CalendarDate;
  /** Null: all services. */
  readonly serviceId: string | null;
  /**
   * Months `YYYY-MM`; `range`: the days from `from` on, before which the period is `before`; or all days as one, `all`.
   */
  readonly period: 'month' | 'all' | { readonly from: CalendarDate };
}

/**
 * Texts by rate, in the order in which they use the allowance of their service: by date, of one day by rate (data sheet
 * §5.2). Days of one rate and period that follow each other are one run, so there are few, whatever was sent. What was sent
 * before a range is one run, whose rate is 0: all that matters of it is how much it used.
 */
export async function listTextRuns(
  db: Queryable,
  scope: UsageScope,
): Promise<(TextRun & { readonly serviceId: string })[]> {
  const isBefore = typeof scope.period === 'string' ? 'false' : 'bst_date < $3::date';
  // One order for everything: a year of all services is sorted once.
  const byDay = 'PARTITION BY service_id ORDER BY day, rate';
  const { rows } = await db.query<TextRun & { serviceId: string }>({
    text: `WITH days AS (
        SELECT service_id, CASE WHEN ${isBefore} THEN $1::date ELSE bst_date END AS day, ${periodOf(scope)} AS period,
          CASE WHEN ${isBefore} THEN 0 ELSE rate END AS rate,
          sum(billable_units * rate_multiplier)::bigint AS units, sum(notifications_sent)::bigint AS messages
        FROM ft_billing WHERE notification_type = 'sms' AND ${condition(scope)} GROUP BY 1, 2, 3, 4),
      compared AS (
        SELECT *, (lag(rate) OVER same) IS DISTINCT FROM rate OR (lag(period) OVER same) IS DISTINCT FROM period AS is_new
        FROM days WINDOW same AS (${byDay})),
      numbered AS (SELECT *, count(*) FILTER (WHERE is_new) OVER (${byDay}) AS run FROM compared)
      SELECT service_id AS "serviceId", period, rate::text, sum(units)::bigint AS units, sum(messages)::bigint AS messages
      FROM numbered GROUP BY service_id, run, period, rate ORDER BY service_id, run`,
    values: valuesOf(scope),
  });
  return rows;
}

/** Emails and letters by rate and postage. */
export async function listSentMessages(
  db: Queryable,
  scope: UsageScope,
): Promise<(SentMessages & { readonly serviceId: string })[]> {
  const { rows } = await db.query<SentMessages & { serviceId: string }>({
    text: `SELECT service_id AS "serviceId", ${periodOf(scope)} AS period, notification_type AS type, rate::text, postage,
        sum(notifications_sent)::bigint AS messages
      FROM ft_billing WHERE notification_type <> 'sms' AND ${condition(scope)}
      GROUP BY service_id, 2, notification_type, ft_billing.rate, postage
      ORDER BY service_id, 2, notification_type, postage, ft_billing.rate`,
    values: valuesOf(scope),
  });
  return rows;
}

/** When the messages of a service of a day were counted last; null: never, or there were none. */
export async function readLastCount(
  db: Queryable,
  { serviceId, day }: { serviceId: string; day: CalendarDate },
): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(SQL`SELECT max(coalesce(updated_at, created_at)) AS at
    FROM ft_billing WHERE service_id = ${serviceId} AND bst_date = ${day}::date`);
  return rows[0]!.at;
}

/** Units of texts by the provider that took them. */
export async function listUnitsOfProviders(
  db: Queryable,
  { first, last }: { first: CalendarDate; last: CalendarDate },
): Promise<{ provider: string; units: number }[]> {
  const { rows } = await db.query<{ provider: string; units: number }>(SQL`
    SELECT provider, sum(billable_units * rate_multiplier)::bigint AS units FROM ft_billing
    WHERE notification_type = 'sms' AND bst_date BETWEEN ${first}::date AND ${last}::date GROUP BY provider`);
  return rows;
}

function periodOf({ period }: UsageScope): string {
  if (period === 'month') return `to_char(bst_date, 'YYYY-MM')`;
  return period === 'all' ? `'all'::text` : `CASE WHEN bst_date < $3::date THEN 'before' ELSE 'range' END`;
}

function condition({ serviceId }: UsageScope): string {
  // Values that no condition needs have to stand somewhere nevertheless.
  const ofService = serviceId === null ? '$4::uuid IS NULL' : 'service_id = $4';
  return `bst_date BETWEEN $1::date AND $2::date AND $3::date IS NOT NULL AND ${ofService}`;
}

function valuesOf({ first, last, period, serviceId }: UsageScope): unknown[] {
  return [first, last, typeof period === 'string' ? first : period.from, serviceId];
}
