import { SQL } from 'sql-template-strings';
import { londonDay, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { countInBothTables, type Condition } from './both-tables-repository.ts';
import type { FactDay } from './status-fact.ts';

/** `job_id` of messages that belong to no job. */
const noJob = '00000000-0000-0000-0000-000000000000';

/** What the facts of a day of a service came to, before and after. */
export interface FactTotals {
  readonly before: number;
  readonly after: number;
}

type ServiceDay = FactDay & { readonly serviceId: string };

/**
 * The services with messages, or with facts, on any of the days in [since, until], by type. One pass over what the live
 * table has of these days, however many services there are.
 */
export async function listServicesOfDays(
  db: Queryable,
  { since, until }: { since: CalendarDate; until: CalendarDate },
): Promise<Map<NotificationType, string[]>> {
  const [{ start }, { end }] = [londonDay(since), londonDay(until)];
  const { rows } = await db.query<{ type: NotificationType; serviceId: string }>(SQL`
    SELECT notification_type AS type, service_id AS "serviceId" FROM notifications
    WHERE created_at >= ${start} AND created_at < ${end} AND key_type IN ('normal', 'team') GROUP BY 1, 2
    UNION SELECT notification_type, service_id FROM notification_history
    WHERE created_at >= ${start} AND created_at < ${end} AND key_type IN ('normal', 'team') GROUP BY 1, 2
    UNION SELECT notification_type, service_id FROM ft_notification_status
    WHERE bst_date BETWEEN ${since}::date AND ${until}::date GROUP BY 1, 2
    ORDER BY 1, 2`);
  const services = new Map<NotificationType, string[]>();
  for (const { type, serviceId } of rows) services.set(type, [...(services.get(type) ?? []), serviceId]);
  return services;
}

/** Until the transaction ends, others who count the same day of the same service wait. */
export async function lockFacts(tx: Queryable, { day, type, serviceId }: ServiceDay): Promise<void> {
  await tx.query(SQL`SELECT pg_advisory_xact_lock(hashtextextended(${`status facts ${serviceId} ${type} ${day}`}, 0))`);
}

/** Puts the counts of both tables in the place of the facts. Under `lockFacts`. */
export async function replaceFacts(tx: Queryable, about: ServiceDay, at: Date): Promise<FactTotals> {
  const { day, type, serviceId } = about;
  const { rows: before } = await tx.query<{ total: number }>(SQL`WITH deleted AS (
      DELETE FROM ft_notification_status
      WHERE bst_date = ${day}::date AND service_id = ${serviceId} AND notification_type = ${type}
      RETURNING notification_count)
    SELECT coalesce(sum(notification_count), 0)::bigint AS total FROM deleted`);
  const { rows: after } = await tx.query<{ total: number }>({
    text: `WITH counted AS (${countedFacts}), inserted AS (
        INSERT INTO ft_notification_status (bst_date, template_id, service_id, job_id, notification_type, key_type,
          notification_status, notification_count, created_at)
        SELECT $5::date, template_id, $1, job_id, $2, key_type, notification_status, count, $6 FROM counted
        RETURNING notification_count)
      SELECT coalesce(sum(notification_count), 0)::bigint AS total FROM inserted`,
    values: [...valuesOf(about), day, at],
  });
  return { before: before[0]!.total, after: after[0]!.total };
}

/** What `replaceFacts` would come to. */
export async function compareFacts(db: Queryable, about: ServiceDay): Promise<FactTotals> {
  const { rows } = await db.query<FactTotals>({
    text: `SELECT (SELECT coalesce(sum(count), 0)::bigint FROM (${countedFacts}) AS counted) AS after,
        (SELECT coalesce(sum(notification_count), 0)::bigint FROM ft_notification_status
          WHERE bst_date = $5::date AND service_id = $1 AND notification_type = $2) AS before`,
    values: [...valuesOf(about), about.day],
  });
  return rows[0]!;
}

const ofServiceDay: Condition = (table) => `${table}.service_id = $1 AND ${table}.key_type IN ('normal', 'team')
  AND ${table}.notification_type = $2 AND ${table}.created_at >= $3 AND ${table}.created_at < $4`;

const countedFacts = countInBothTables(
  (table) => ({
    template_id: `${table}.template_id`,
    job_id: `coalesce(${table}.job_id, '${noJob}')`,
    key_type: `${table}.key_type`,
    notification_status: `${table}.notification_status`,
  }),
  ofServiceDay,
);

function valuesOf({ serviceId, type, day }: ServiceDay): unknown[] {
  const { start, end } = londonDay(day);
  return [serviceId, type, start, end];
}

/** Notes that the facts of a day hold all services. */
export async function saveFactRun(db: Queryable, { day, type }: FactDay, at: Date): Promise<void> {
  await db.query(SQL`INSERT INTO ft_notification_status_runs (bst_date, notification_type, completed_at)
    VALUES (${day}::date, ${type}, ${at})
    ON CONFLICT (bst_date, notification_type) DO UPDATE SET completed_at = excluded.completed_at`);
}

/** The days in [since, until] of which the facts hold all services. */
export async function listFactRuns(
  db: Queryable,
  { since, until }: { since: CalendarDate; until: CalendarDate },
): Promise<FactDay[]> {
  const { rows } = await db.query<FactDay>(SQL`SELECT bst_date::text AS day, notification_type AS type
    FROM ft_notification_status_runs WHERE bst_date BETWEEN ${since}::date AND ${until}::date`);
  return rows;
}

/** The newest day of each type of which the facts hold all services. */
export async function readLastFactRuns(db: Queryable): Promise<Map<NotificationType, CalendarDate>> {
  const { rows } = await db.query<FactDay>(`SELECT max(bst_date)::text AS day, notification_type AS type
    FROM ft_notification_status_runs GROUP BY notification_type`);
  return new Map(rows.map(({ day, type }) => [type, day]));
}
