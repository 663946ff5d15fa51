import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import {
  messageValues,
  pricedMessages,
  scopeCondition,
  scopeValues,
  type BillingScope,
} from './billable-message-repository.ts';
import type { BillingTotals, UnpricedMessages } from './billing-fact.ts';

/** What the facts of a day come to, before and after. */
export interface CountedBilling {
  readonly before: BillingTotals;
  readonly after: BillingTotals;
  /** They are in neither. */
  readonly unpriced: readonly UnpricedMessages[];
}

/**
 * Until the transaction ends, others who count the same day of the same service, or of all services, wait. Those who count
 * a day of different services do not.
 */
export async function lockBillingFacts(tx: Queryable, { day, serviceId }: BillingScope): Promise<void> {
  const ofDay = `billing facts ${day}`;
  if (serviceId === null) {
    await tx.query(SQL`SELECT pg_advisory_xact_lock(hashtextextended(${ofDay}, 0))`);
    return;
  }
  await tx.query(SQL`SELECT pg_advisory_xact_lock_shared(hashtextextended(${ofDay}, 0))`);
  await tx.query(SQL`SELECT pg_advisory_xact_lock(hashtextextended(${`${ofDay} ${serviceId}`}, 0))`);
}

/** Puts what both tables hold in the place of the facts. Under `lockBillingFacts`. */
export async function replaceBillingFacts(tx: Queryable, scope: BillingScope, at: Date): Promise<CountedBilling> {
  const { rows } = await tx.query<BillingTotals>({
    text: `WITH deleted AS (
        DELETE FROM ft_billing f WHERE f.bst_date = $1::date AND ${scopeCondition(scope, 'f')} RETURNING *)
      SELECT ${totalsOf('deleted')} FROM deleted`,
    values: scopeValues(scope),
  });
  const values = [...messageValues(scope), at];
  const counted = await tx.query<AfterRow>({
    text: `WITH ${pricedMessages(scope)}, inserted AS (
        INSERT INTO ft_billing (bst_date, template_id, service_id, notification_type, provider, rate_multiplier,
          international, rate, postage, billable_units, notifications_sent, created_at)
        SELECT $1::date, template_id, service_id, notification_type, provider, rate_multiplier, international, rate, postage,
          sum(billable_units), sum(notifications_sent), $${values.length}
        FROM priced WHERE rate IS NOT NULL
        GROUP BY template_id, service_id, notification_type, provider, rate_multiplier, international, rate, postage)
      ${selectAfter}`,
    values,
  });
  return toCounted(rows[0]!, counted.rows[0]!);
}

/** What `replaceBillingFacts` would come to. */
export async function compareBillingFacts(db: Queryable, scope: BillingScope): Promise<CountedBilling> {
  const { rows } = await db.query<BillingTotals>({
    text: `SELECT ${totalsOf('f')} FROM ft_billing f WHERE f.bst_date = $1::date AND ${scopeCondition(scope, 'f')}`,
    values: scopeValues(scope),
  });
  // $1 is of the facts alone.
  const text = `WITH ${pricedMessages(scope)} ${selectAfter} AND $1::date IS NOT NULL`;
  const counted = await db.query<AfterRow>({ text, values: messageValues(scope) });
  return toCounted(rows[0]!, counted.rows[0]!);
}

interface AfterRow extends BillingTotals {
  readonly unpriced: UnpricedMessages[];
}

function toCounted(before: BillingTotals, { unpriced, ...after }: AfterRow): CountedBilling {
  return { before, after, unpriced };
}

function totalsOf(facts: string): string {
  const paid = `CASE ${facts}.notification_type WHEN 'sms' THEN ${facts}.billable_units * ${facts}.rate_multiplier
    ELSE ${facts}.notifications_sent END`;
  return `coalesce(sum(${facts}.notifications_sent), 0)::bigint AS messages,
    coalesce(sum(${facts}.billable_units), 0)::bigint AS units, coalesce(sum(${facts}.rate * ${paid}), 0) AS cost`;
}

const unpricedMessages = `SELECT service_id AS "serviceId", notification_type AS type, sheets AS units, postage, crown,
    sum(notifications_sent) AS messages
  FROM priced WHERE rate IS NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4`;

const selectAfter = `SELECT ${totalsOf('p')},
    (SELECT coalesce(jsonb_agg(to_jsonb(missing)), '[]') FROM (${unpricedMessages}) AS missing) AS unpriced
  FROM priced p WHERE p.rate IS NOT NULL`;

/** Notes that the facts of a day hold all services. */
export async function saveBillingRun(db: Queryable, day: CalendarDate, at: Date): Promise<void> {
  await db.query(SQL`INSERT INTO ft_billing_runs (bst_date, completed_at) VALUES (${day}::date, ${at})
    ON CONFLICT (bst_date) DO UPDATE SET completed_at = excluded.completed_at`);
}

/** The newest day of which the facts held all services, and when; null: there is none. */
export async function readLastBillingRun(db: Queryable): Promise<{ day: CalendarDate; completedAt: Date } | null> {
  const { rows } = await db.query<{ day: CalendarDate; completedAt: Date }>(`SELECT bst_date::text AS day,
    completed_at AS "completedAt" FROM ft_billing_runs ORDER BY bst_date DESC LIMIT 1`);
  return rows[0] ?? null;
}

/** Takes a lock until the transaction ends; false when another process counts past days again. */
export async function tryRebuildLock(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('billing rebuild', 0)) AS taken`,
  );
  return rows[0]!.taken;
}
