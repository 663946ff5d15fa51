import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { ContactList, ContactListType } from './contact-list.ts';

/** Since when jobs count as recent, by type. */
export type RecentSince = Readonly<Record<ContactListType, Date>>;

/** The contact lists of a service that are not archived, the newest first; with an id, only that one. */
export async function listContactListsOfService(
  db: Queryable,
  serviceId: string,
  recent: RecentSince,
  id: string | null = null,
): Promise<ContactList[]> {
  const { rows } = await db.query<ContactList>(SQL`SELECT l.id, l.service_id AS "serviceId",
      l.original_file_name AS "originalFileName", l.row_count AS "rowCount", l.template_type AS "templateType",
      u.name AS "createdByName", l.created_at AS "createdAt", j.recent AS "recentJobCount", j.all > 0 AS "hasJobs"
    FROM service_contact_list l JOIN users u ON u.id = l.created_by_id
    CROSS JOIN LATERAL (SELECT count(*) AS all, count(*) FILTER (WHERE coalesce(processing_started, created_at) >=
        CASE l.template_type WHEN 'sms' THEN ${recent.sms}::timestamp ELSE ${recent.email}::timestamp END) AS recent
      FROM jobs WHERE contact_list_id = l.id) j
    WHERE l.service_id = ${serviceId} AND NOT l.archived AND (${id}::uuid IS NULL OR l.id = ${id})
    ORDER BY l.created_at DESC, l.id DESC`);
  return rows;
}

/** The service whose contact list this is, archived or not; null when there is none. */
export async function findServiceOfContactList(db: Queryable, id: string): Promise<string | null> {
  const { rows } = await db.query<{ serviceId: string }>(
    SQL`SELECT service_id AS "serviceId" FROM service_contact_list WHERE id = ${id}`,
  );
  return rows[0]?.serviceId ?? null;
}

export interface NewContactList {
  readonly id: string;
  readonly serviceId: string;
  readonly originalFileName: string;
  readonly rowCount: number;
  readonly templateType: ContactListType;
  readonly createdById: string;
  readonly createdAt: Date;
}

/** @throws a unique violation when the id is taken */
export async function insertContactList(tx: Queryable, list: NewContactList): Promise<void> {
  await tx.query(SQL`INSERT INTO service_contact_list
      (id, original_file_name, row_count, template_type, service_id, created_by_id, created_at)
    VALUES (${list.id}, ${list.originalFileName}, ${list.rowCount}, ${list.templateType}, ${list.serviceId},
      ${list.createdById}, ${list.createdAt})`);
}

/** Archives a list. False when the service has none with this id that is not archived. */
export async function markContactListArchived(
  tx: Queryable,
  { serviceId, id }: { serviceId: string; id: string },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`UPDATE service_contact_list SET archived = true, updated_at = ${at}
    WHERE id = ${id} AND service_id = ${serviceId} AND NOT archived`);
  return rowCount === 1;
}
