import type { Queryable } from '../db/database.ts';

/** The text messages that one provider was given lately. */
export interface DeliverySpeed {
  readonly provider: string;
  readonly total: number;
  /** How many took so many minutes or longer until they were delivered, or wait for so long. */
  readonly slowerThan: Readonly<Record<1 | 5 | 10, number>>;
}

/**
 * How fast each provider delivered the text messages that were accepted since `since`, test keys left out. Both halves
 * are ranges of a partial index (`notifications_open_idx`, `notifications_delivered_sms_idx`): what is older is not read.
 */
export async function readDeliverySpeeds(
  db: Queryable,
  { since, now }: { since: Date; now: Date },
): Promise<DeliverySpeed[]> {
  const { rows } = await db.query<{ provider: string; total: number; one: number; five: number; ten: number }>({
    name: 'read_delivery_speeds',
    text: `SELECT sent_by AS provider, count(*) AS total,
        count(*) FILTER (WHERE took >= interval '1 minute') AS one,
        count(*) FILTER (WHERE took >= interval '5 minutes') AS five,
        count(*) FILTER (WHERE took >= interval '10 minutes') AS ten
      FROM (
        SELECT sent_by, $2::timestamp - sent_at AS took FROM notifications
        WHERE notification_status IN ('sending', 'pending') AND notification_type = 'sms' AND created_at >= $1
          AND sent_at IS NOT NULL AND key_type <> 'test'
        UNION ALL
        SELECT sent_by, updated_at - sent_at FROM notifications
        WHERE notification_status = 'delivered' AND notification_type = 'sms' AND created_at >= $1
          AND sent_at IS NOT NULL AND key_type <> 'test'
      ) AS recent WHERE sent_by IS NOT NULL GROUP BY sent_by ORDER BY sent_by`,
    values: [since, now],
  });
  return rows.map(({ provider, total, one, five, ten }) => ({
    provider,
    total,
    slowerThan: { 1: one, 5: five, 10: ten },
  }));
}

/**
 * Counts a minute in which something was wrong, or was not: the minutes in a row until now. Null when the minute was
 * counted before.
 */
export async function countBadMinute(
  db: Queryable,
  { alert, isBad, minute }: { alert: string; isBad: boolean; minute: Date },
): Promise<number | null> {
  const { rows } = await db.query<{ minutes: number }>({
    text: `INSERT INTO alert_streaks AS streak (alert, minutes, counted_at) VALUES ($1, $2, $3)
      ON CONFLICT (alert) DO UPDATE SET counted_at = EXCLUDED.counted_at,
        minutes = CASE WHEN EXCLUDED.minutes = 0 THEN 0 ELSE streak.minutes + 1 END
      WHERE streak.counted_at < EXCLUDED.counted_at
      RETURNING minutes`,
    values: [alert, isBad ? 1 : 0, minute],
  });
  return rows[0]?.minutes ?? null;
}
