import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

export interface UnsubscribeStatistics {
  /** Requests since the time that was asked for, in no report that the service has processed. */
  readonly count: number;
  readonly latestAt: Date;
}

/** Null when nobody ever unsubscribed, as far as is known. */
export async function countUnsubscribeRequests(
  db: Queryable,
  { serviceId, since }: { serviceId: string; since: Date },
): Promise<UnsubscribeStatistics | null> {
  const { rows } = await db.query<{ count: number; latestAt: Date | null }>(SQL`SELECT
    (SELECT count(*)::integer FROM unsubscribe_request r
      LEFT JOIN unsubscribe_request_report p ON p.id = r.unsubscribe_request_report_id
      WHERE r.service_id = ${serviceId} AND r.created_at >= ${since} AND p.processed_by_service_at IS NULL) AS count,
    greatest(
      (SELECT max(created_at) FROM unsubscribe_request WHERE service_id = ${serviceId}),
      (SELECT max(created_at) FROM unsubscribe_request_history WHERE service_id = ${serviceId})) AS "latestAt"`);
  const { count, latestAt } = rows[0]!;
  return latestAt === null ? null : { count, latestAt };
}
