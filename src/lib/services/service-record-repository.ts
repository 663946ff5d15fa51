import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { updateVersioned } from '../db/versioned.ts';
import { serviceRecordColumns, type ServiceDetails, type ServiceRecord } from './service-record.ts';

/** Services as the internal API shows them, by name; one of them with an id. */
export async function listServiceRecords(
  db: Queryable,
  { id = null, active = null, userId = null }: { id?: string | null; active?: boolean | null; userId?: string | null },
): Promise<ServiceRecord[]> {
  const columns = serviceRecordColumns.map((column) => `s.${column}`).join(', ');
  const statement = SQL`SELECT `.append(columns).append(SQL`, s.created_by_id AS created_by,
      s.go_live_user_id AS go_live_user, s.organisation_id AS organisation,
      ARRAY(SELECT p.permission FROM service_permissions p WHERE p.service_id = s.id ORDER BY p.permission) AS permissions,
      (SELECT coalesce(json_agg(json_build_object('callback_id', c.id, 'callback_type', c.callback_type)
        ORDER BY c.callback_type), '[]') FROM service_callback_api c WHERE c.service_id = s.id) AS service_callback_api
    FROM services s
    WHERE (${id}::uuid IS NULL OR s.id = ${id}) AND (${active}::boolean IS NULL OR s.active = ${active})
      AND (${userId}::uuid IS NULL OR EXISTS (
        SELECT FROM user_to_service us WHERE us.service_id = s.id AND us.user_id = ${userId}))
    ORDER BY s.created_at, s.id`);
  const { rows } = await db.query<ServiceRecord>(statement);
  return rows;
}

/** Stores details of a service as a new version. */
export async function saveServiceDetails(tx: Queryable, id: string, details: ServiceDetails, at: Date): Promise<void> {
  await updateVersioned(tx, 'services', id, details, at);
}

/** Stores which organisation a service belongs to, and what it has from it, as a new version. */
export async function saveServiceOrganisation(
  tx: Queryable,
  id: string,
  organisation: { id: string; organisationType: string | null; crown: boolean | null },
  at: Date,
): Promise<void> {
  const { id: organisation_id, organisationType: organisation_type, crown } = organisation;
  await updateVersioned(tx, 'services', id, { organisation_id, organisation_type, crown }, at);
}
