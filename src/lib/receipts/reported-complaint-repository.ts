import { SQL } from 'sql-template-strings';
import type { ReportedComplaint } from '../callbacks/callback-payload.ts';
import type { Queryable } from '../db/database.ts';

/** Those of a service's complaints whose emails are still there, which have the address of the recipient. */
export async function selectReportedComplaints(
  db: Queryable,
  serviceId: string,
  ids: readonly string[],
): Promise<ReportedComplaint[]> {
  const { rows } = await db.query<ReportedComplaint>(SQL`SELECT c.id, c.service_id AS "serviceId",
      c.notification_id AS "notificationId", c.complaint_date AS "complaintDate",
      n.client_reference AS "clientReference", n."to"
    FROM complaints c JOIN notifications n ON n.id = c.notification_id AND n.service_id = c.service_id
    WHERE c.service_id = ${serviceId} AND c.id = ANY(${ids}::uuid[])`);
  return rows;
}
