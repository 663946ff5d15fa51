import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { countInBothTables } from './both-tables-repository.ts';
import type { LiveSpan, Period, StatusCount } from './status-count.ts';

/** Whose messages are counted. */
export interface CountedMessages {
  /** Null: of all services. */
  readonly serviceId: string | null;
  /** What is told apart besides type and status. */
  readonly by: 'template' | 'service' | null;
}

/** From here on a transaction sees the database as it is now. */
export async function beginSnapshot(tx: Queryable): Promise<void> {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
}

const columnOf = { template: 'template_id', service: 'service_id' } as const;

const periods: Readonly<Record<Period, string>> = {
  all: `''`,
  month: `to_char(bst_date, 'YYYY-MM')`,
  day: 'bst_date::text',
};

/** What the facts say of days in [since, until], those days whose runs were completed. */
export async function sumFacts(
  db: Queryable,
  { serviceId, by }: CountedMessages,
  { since, until, period }: { since: CalendarDate; until: CalendarDate; period: Period },
): Promise<StatusCount[]> {
  const { rows } = await db.query<StatusCount>({
    text: `SELECT ${periods[period]} AS period, notification_type AS type,
        ${by === null ? 'NULL' : columnOf[by]} AS of, notification_status AS status,
        sum(notification_count)::bigint AS count
      FROM ft_notification_status JOIN ft_notification_status_runs USING (bst_date, notification_type)
      WHERE bst_date BETWEEN $1::date AND $2::date AND key_type <> 'test'
        ${serviceId === null ? '' : 'AND service_id = $3'}
      GROUP BY 1, 2, 3, 4`,
    values: [since, until, ...(serviceId === null ? [] : [serviceId])],
  });
  return rows;
}

/** What the tables say of a span of days. */
export async function countSpan(
  db: Queryable,
  { serviceId, by }: CountedMessages,
  { period, start, end, types }: LiveSpan,
): Promise<StatusCount[]> {
  const counted = countInBothTables(
    (table) => ({
      type: `${table}.notification_type`,
      status: `${table}.notification_status`,
      ...(by !== null && { of: `${table}.${columnOf[by]}` }),
    }),
    (table) => `${table}.created_at >= $1 AND ${table}.created_at < $2 AND ${table}.key_type IN ('normal', 'team')
      AND ${table}.notification_type = ANY($3::notification_type[])
      ${serviceId === null ? '' : `AND ${table}.service_id = $4`}`,
  );
  const { rows } = await db.query<Omit<StatusCount, 'period'>>({
    text: `SELECT type, status, ${by === null ? 'NULL AS of' : 'of'}, count FROM (${counted}) AS span`,
    values: [start, end, [...types], ...(serviceId === null ? [] : [serviceId])],
  });
  return rows.map((row) => ({ ...row, period }));
}

/** Messages of test keys since a time, by service: the facts have none. */
export async function countTestMessages(db: Queryable, since: Date): Promise<Omit<StatusCount, 'period'>[]> {
  const { rows } = await db.query<Omit<StatusCount, 'period'>>({
    text: `SELECT notification_type AS type, notification_status AS status, service_id AS of, count(*) AS count
      FROM notifications WHERE created_at >= $1 AND key_type = 'test' GROUP BY 1, 2, 3`,
    values: [since],
  });
  return rows;
}

/** What a template is called in statistics. */
export interface CountedTemplate {
  readonly id: string;
  readonly name: string;
  readonly type: StatusCount['type'];
  readonly isPrecompiledLetter: boolean;
}

/** Templates of a service, archived and hidden ones too. */
export async function listCountedTemplates(
  db: Queryable,
  serviceId: string,
  ids: readonly string[],
): Promise<CountedTemplate[]> {
  const { rows } = await db.query<CountedTemplate>({
    text: `SELECT id, name, template_type AS type, hidden AND template_type = 'letter' AS "isPrecompiledLetter"
      FROM templates WHERE service_id = $1 AND id = ANY($2::uuid[]) ORDER BY name, id`,
    values: [serviceId, [...ids]],
  });
  return rows;
}

interface UsedTemplate {
  readonly serviceId: string;
  readonly templateId: string;
}

/** When a message of a template was last made in a span, if one was. */
export async function findLastMessage(
  db: Queryable,
  { serviceId, templateId }: UsedTemplate,
  { start, end }: Pick<LiveSpan, 'start' | 'end'>,
): Promise<Date | null> {
  const last = (table: string): string => `SELECT max(created_at) AS at FROM ${table}
    WHERE service_id = $1 AND template_id = $2 AND key_type IN ('normal', 'team') AND created_at >= $3 AND created_at < $4
      AND notification_type = (SELECT template_type::text::notification_type FROM templates WHERE id = $2)`;
  const { rows } = await db.query<{ at: Date | null }>({
    text: `SELECT max(at) AS at FROM (${last('notifications')} UNION ALL ${last('notification_history')}) AS used`,
    values: [serviceId, templateId, start, end],
  });
  return rows[0]!.at;
}

/** The newest day in [since, until] on which the facts have messages of a template. */
export async function findLastFact(
  db: Queryable,
  { serviceId, templateId }: UsedTemplate,
  { since, until }: { since: CalendarDate; until: CalendarDate },
): Promise<CalendarDate | null> {
  const { rows } = await db.query<{ day: CalendarDate | null }>({
    text: `SELECT max(bst_date)::text AS day FROM ft_notification_status
      WHERE template_id = $2 AND service_id = $1 AND bst_date BETWEEN $3::date AND $4::date AND key_type <> 'test'`,
    values: [serviceId, templateId, since, until],
  });
  return rows[0]!.day;
}
