import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { Membership } from './membership.ts';

export async function findMembershipOf(
  db: Queryable,
  { userId, serviceId }: { userId: string; serviceId: string },
): Promise<Membership | null> {
  const { rows } = await db.query<Membership>(SQL`SELECT u.id AS "userId", u.platform_admin AS "platformAdmin",
      u.state <> 'inactive' AND us.user_id IS NOT NULL AS "isMember"
    FROM users u LEFT JOIN user_to_service us ON us.user_id = u.id AND us.service_id = ${serviceId}
    WHERE u.id = ${userId}`);
  return rows[0] ?? null;
}
