import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** The text messages of a live service in a period, test keys left out. */
export interface SmsFailures {
  readonly serviceId: string;
  readonly total: number;
  readonly permanentFailures: number;
  /** Those to the numbers that are set aside for television: 07700 900000 to 900999. */
  readonly toTelevision: number;
}

/** Counts by live service since `since`; for once a day, as it reads all messages of the period. */
export async function countSmsFailures(db: Queryable, since: Date): Promise<SmsFailures[]> {
  const { rows } = await db.query<SmsFailures>(SQL`SELECT n.service_id AS "serviceId", count(*) AS total,
      count(*) FILTER (WHERE n.notification_status = 'permanent-failure') AS "permanentFailures",
      count(*) FILTER (WHERE n.normalised_to LIKE '447700900%') AS "toTelevision"
    FROM notifications n
    WHERE n.created_at >= ${since} AND n.notification_type = 'sms' AND n.key_type <> 'test'
      AND EXISTS (SELECT FROM services s WHERE s.id = n.service_id AND s.active AND NOT s.restricted)
    GROUP BY n.service_id ORDER BY n.service_id`);
  return rows;
}
