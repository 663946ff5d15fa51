import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { MemberPermission } from '../users/user.ts';
import type { Member } from './member.ts';

/** The team of a service by name, archived users left out. */
export async function listMembers(db: Queryable, serviceId: string): Promise<Member[]> {
  const { rows } = await db.query<Member>(SQL`SELECT u.id, u.name, u.email_address AS "emailAddress",
      u.mobile_number AS "mobileNumber", u.state,
      ARRAY(SELECT p.permission FROM permissions p
        WHERE p.service_id = us.service_id AND p.user_id = u.id ORDER BY p.permission) AS permissions
    FROM user_to_service us JOIN users u ON u.id = us.user_id
    WHERE us.service_id = ${serviceId} AND u.state <> 'inactive' ORDER BY u.name, u.id`);
  return rows;
}

export interface NewPermission {
  readonly id: string;
  readonly permission: MemberPermission;
}

/** Gives a member these permissions in place of those that there were. */
export async function replaceMemberPermissions(
  tx: Queryable,
  { serviceId, userId, permissions }: { serviceId: string; userId: string; permissions: readonly NewPermission[] },
  at: Date,
): Promise<void> {
  const names = permissions.map(({ permission }) => permission);
  await tx.query(SQL`DELETE FROM permissions
    WHERE service_id = ${serviceId} AND user_id = ${userId} AND permission <> ALL (${names}::text[])`);
  await tx.query(SQL`INSERT INTO permissions (id, service_id, user_id, permission, created_at)
    SELECT id, ${serviceId}, ${userId}, permission, ${at}
    FROM unnest(${permissions.map(({ id }) => id)}::uuid[], ${names}::text[]) AS given (id, permission)
    ON CONFLICT DO NOTHING`);
}

export async function deleteMember(
  tx: Queryable,
  { serviceId, userId }: { serviceId: string; userId: string },
): Promise<void> {
  await tx.query(SQL`DELETE FROM permissions WHERE service_id = ${serviceId} AND user_id = ${userId}`);
  await tx.query(SQL`DELETE FROM user_to_service WHERE service_id = ${serviceId} AND user_id = ${userId}`);
}

/** The services whose team a user is on, by id, and whether they are active. */
export async function listServicesOfUser(db: Queryable, userId: string): Promise<{ id: string; active: boolean }[]> {
  const { rows } = await db.query<{ id: string; active: boolean }>(SQL`SELECT s.id, s.active
    FROM user_to_service us JOIN services s ON s.id = us.service_id WHERE us.user_id = ${userId} ORDER BY s.id`);
  return rows;
}
