import type { ReportedComplaint } from '../callbacks/callback-payload.ts';
import type { Queryable } from '../db/database.ts';
import { selectReportedComplaints } from './reported-complaint-repository.ts';

/** Complaints of a service as they can still be told; those whose email was deleted are left out. */
export async function listReportedComplaints(
  { db }: { db: Queryable },
  { serviceId, ids }: { serviceId: string; ids: readonly string[] },
): Promise<ReportedComplaint[]> {
  return selectReportedComplaints(db, serviceId, ids);
}
