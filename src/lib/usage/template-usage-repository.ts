import { londonDay, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { TemplateUsage } from './template-usage.ts';

/** Which transactions a count saw, and of which database. */
export interface UsageSnapshot {
  /** `xmin:xmax:running,…` of PostgreSQL. */
  readonly text: string;
  /** Another one after a restore into a new cluster, whose transaction numbers mean something else. */
  readonly system: string;
}

/** The snapshot of a transaction; what is counted in it afterwards is counted as of now. */
export async function readUsageSnapshot(tx: Queryable): Promise<UsageSnapshot> {
  await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const { rows } = await tx.query<UsageSnapshot>(
    'SELECT pg_current_snapshot()::text AS text, system_identifier::text AS system FROM pg_control_system()',
  );
  return rows[0]!;
}

/** The identifier of the database cluster. */
export async function readSystemIdentifier(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ system: string }>(
    'SELECT system_identifier::text AS system FROM pg_control_system()',
  );
  return rows[0]!.system;
}

interface CountRow {
  service_id: string;
  template_id: string;
  count: number;
}

/**
 * Messages of a day in London by service and template, of one service or of all, from both tables: a message that is in
 * both is counted once. Test keys do not count, every status does (data sheet §3.4).
 *
 * What is in both is counted by itself and taken off: that join comes out empty, which an anti-join never does.
 */
export async function countTemplateUsage(
  tx: Queryable,
  { serviceId, day }: { serviceId: string | null; day: CalendarDate },
): Promise<Map<string, TemplateUsage>> {
  const { start, end } = londonDay(day);
  const counted = (table: string): string =>
    `${table}.created_at >= $1 AND ${table}.created_at < $2 AND ${table}.key_type <> 'test'
      ${serviceId === null ? '' : `AND ${table}.service_id = $3`}`;
  const { rows } = await tx.query<CountRow>({
    text: `SELECT service_id, template_id, sum(count)::bigint AS count FROM (
        SELECT service_id, template_id, count(*) AS count FROM notifications n WHERE ${counted('n')} GROUP BY 1, 2
        UNION ALL
        SELECT service_id, template_id, count(*) FROM notification_history h WHERE ${counted('h')} GROUP BY 1, 2
        UNION ALL
        SELECT h.service_id, h.template_id, -count(*) FROM notification_history h JOIN notifications n USING (id)
        WHERE ${counted('h')} AND n.created_at >= $1 AND n.created_at < $2 GROUP BY 1, 2
      ) AS counted GROUP BY service_id, template_id HAVING sum(count) > 0`,
    values: [start, end, ...(serviceId === null ? [] : [serviceId])],
  });
  const usage = new Map<string, Map<string, number>>();
  for (const { service_id, template_id, count } of rows) {
    const counts = usage.get(service_id) ?? new Map<string, number>();
    counts.set(template_id, count);
    usage.set(service_id, counts);
  }
  return usage;
}
