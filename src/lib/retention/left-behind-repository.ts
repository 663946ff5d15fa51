import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { defaultRetentionDays } from './data-retention.ts';

/** How many days services keep received texts, of those that have any older than a day. */
export async function listInboundRetention(
  db: Queryable,
  { serviceId, before }: { serviceId: string | null; before: Date },
): Promise<{ serviceId: string; days: number }[]> {
  const { rows } = await db.query<{ serviceId: string; days: number }>(SQL`SELECT s.id AS "serviceId",
      CASE WHEN EXISTS (SELECT FROM inbound_numbers i WHERE i.service_id = s.id)
        THEN coalesce(r.days_of_retention, ${defaultRetentionDays}) ELSE ${defaultRetentionDays}::int END AS days
    FROM services s LEFT JOIN service_data_retention r ON r.service_id = s.id AND r.notification_type = 'sms'
    WHERE (${serviceId}::uuid IS NULL OR s.id = ${serviceId})
      AND (SELECT t.id FROM inbound_sms t WHERE t.service_id = s.id AND t.created_at < ${before}
        ORDER BY t.created_at LIMIT 1) IS NOT NULL
    ORDER BY s.id`);
  return rows;
}

/** How many received texts of a service are older. */
export async function countInboundSms(
  db: Queryable,
  { serviceId, before }: { serviceId: string; before: Date },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    SQL`SELECT count(*) FROM inbound_sms WHERE service_id = ${serviceId} AND created_at < ${before}`,
  );
  return rows[0]!.count;
}

/** Moves a service's oldest received texts to their history, without sender and content. Returns how many. */
export async function moveInboundSms(
  db: Queryable,
  { serviceId, before, limit }: { serviceId: string; before: Date; limit: number },
): Promise<number> {
  const columns = 'id, created_at, service_id, notify_number, provider_date, provider_reference, provider';
  const { rows } = await db.query<{ count: number }>({
    text: `WITH moved AS (
        DELETE FROM inbound_sms WHERE id IN (
          SELECT id FROM inbound_sms WHERE service_id = $1 AND created_at < $2
          ORDER BY created_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING ${columns}),
      kept AS (INSERT INTO inbound_sms_history (${columns}) SELECT ${columns} FROM moved ON CONFLICT (id) DO NOTHING)
      SELECT count(*) FROM moved`,
    values: [serviceId, before, limit],
  });
  return rows[0]!.count;
}

/** Which requests to unsubscribe are over: those in reports made before one time, and unreported ones before another. */
export interface OldRequests {
  readonly reportedBefore: Date;
  readonly unreportedBefore: Date;
}

const oldRequests = `(SELECT r.id FROM unsubscribe_request_report p
    JOIN unsubscribe_request r ON r.unsubscribe_request_report_id = p.id WHERE p.created_at < $1)
  UNION ALL (SELECT r.id FROM services s
    JOIN unsubscribe_request r ON r.service_id = s.id AND r.created_at < $2 AND r.unsubscribe_request_report_id IS NULL)`;

export async function countOldRequests(
  db: Queryable,
  { reportedBefore, unreportedBefore }: OldRequests,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    text: `SELECT count(*) FROM (${oldRequests}) AS old`,
    values: [reportedBefore, unreportedBefore],
  });
  return rows[0]!.count;
}

/** Moves requests to unsubscribe to their history, without the address. Returns how many. */
export async function moveOldRequests(
  db: Queryable,
  { reportedBefore, unreportedBefore }: OldRequests,
  limit: number,
): Promise<number> {
  const columns = `id, notification_id, template_id, template_version, service_id, unsubscribe_request_report_id,
    created_at`;
  const { rows } = await db.query<{ count: number }>({
    text: `WITH moved AS (
        DELETE FROM unsubscribe_request WHERE id IN (SELECT id FROM (${oldRequests}) AS old LIMIT $3)
        RETURNING ${columns}),
      kept AS (INSERT INTO unsubscribe_request_history (${columns}) SELECT ${columns} FROM moved
        ON CONFLICT (id) DO NOTHING)
      SELECT count(*) FROM moved`,
    values: [reportedBefore, unreportedBefore, limit],
  });
  return rows[0]!.count;
}
