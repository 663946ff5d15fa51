import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { ProviderDetails } from './provider-details.ts';

const columns = `p.id, p.display_name AS "displayName", p.identifier, p.priority, p.notification_type AS "notificationType",
  p.active, p.supports_international AS "supportsInternational", p.version, p.updated_at AS "updatedAt",
  p.created_by_id AS "createdById", u.name AS "createdByName", p.reason`;

/** All providers as they are now. */
export async function listProviderDetails(db: Queryable): Promise<ProviderDetails[]> {
  const { rows } = await db.query<ProviderDetails>(
    `SELECT ${columns} FROM provider_details p LEFT JOIN users u ON u.id = p.created_by_id
     ORDER BY p.notification_type, p.priority DESC, p.identifier`,
  );
  return rows;
}

/** The newest versions of a provider, the newest first. */
export async function listProviderVersions(
  db: Queryable,
  { id, limit }: { id: string; limit: number },
): Promise<ProviderDetails[]> {
  const { rows } = await db.query<ProviderDetails>(
    SQL`SELECT `.append(columns).append(
      SQL` FROM provider_details_history p LEFT JOIN users u ON u.id = p.created_by_id
          WHERE p.id = ${id} ORDER BY p.version DESC LIMIT ${limit}`,
    ),
  );
  return rows;
}
