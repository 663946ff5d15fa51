import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { Complaint } from './complaint.ts';

/** Stores a complaint; does nothing, and returns false, when it is stored already. */
export async function insertComplaint(tx: Queryable, complaint: Complaint): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`INSERT INTO complaints
      (id, notification_id, service_id, ses_feedback_id, complaint_type, complaint_date, created_at)
    VALUES (${complaint.id}, ${complaint.notificationId}, ${complaint.serviceId}, ${complaint.sesFeedbackId},
      ${complaint.complaintType}, ${complaint.complaintDate}, ${complaint.createdAt}) ON CONFLICT DO NOTHING`);
  return rowCount === 1;
}
