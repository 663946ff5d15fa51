import { SQL, type SQLStatement } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { UserChanges, UserRecord } from './user-record.ts';

const columnOf = {
  name: 'name',
  emailAddress: 'email_address',
  mobileNumber: 'mobile_number',
  authType: 'auth_type',
  state: 'state',
  platformAdmin: 'platform_admin',
  currentSessionId: 'current_session_id',
  emailAccessValidatedAt: 'email_access_validated_at',
  takePartInResearch: 'take_part_in_research',
  receivesNewFeaturesEmail: 'receives_new_features_email',
} as const satisfies Record<keyof UserChanges, string>;

const selectRecords = `SELECT u.id, u.created_at AS "createdAt", u.logged_in_at AS "loggedInAt",
    u.password_changed_at AS "passwordChangedAt", u.failed_login_count AS "failedLoginCount",
    ${Object.entries(columnOf)
      .map(([field, column]) => `u.${column} AS "${field}"`)
      .join(', ')},
    ARRAY(SELECT us.service_id FROM user_to_service us JOIN services s ON s.id = us.service_id AND s.active
      WHERE us.user_id = u.id ORDER BY us.service_id) AS services,
    ARRAY(SELECT uo.organisation_id FROM user_to_organisation uo
      JOIN organisation o ON o.id = uo.organisation_id AND o.active
      WHERE uo.user_id = u.id ORDER BY uo.organisation_id) AS organisations,
    (SELECT coalesce(json_object_agg(g.service_id, g.names), '{}') FROM (
      SELECT p.service_id, json_agg(p.permission ORDER BY p.permission) AS names
      FROM permissions p JOIN services s ON s.id = p.service_id AND s.active
      WHERE p.user_id = u.id GROUP BY p.service_id) g) AS permissions
  FROM users u`;

export async function findUserRecord(db: Queryable, id: string): Promise<UserRecord | null> {
  return one(db, SQL` WHERE u.id = ${id}`);
}

/** The user with this address, in any case. */
export async function findUserRecordByEmail(db: Queryable, emailAddress: string): Promise<UserRecord | null> {
  return one(db, SQL` WHERE lower(u.email_address) = lower(${emailAddress})`);
}

async function one(db: Queryable, where: SQLStatement): Promise<UserRecord | null> {
  const { rows } = await db.query<UserRecord>(SQL``.append(selectRecords).append(where));
  return rows[0] ?? null;
}

export interface UserFilter {
  /** Part of the address, in any case; null = any. */
  readonly emailPart: string | null;
  /** Whose team they are on; null = anybody. */
  readonly serviceId: string | null;
  /** Whom they are in; null = any. */
  readonly organisationId: string | null;
  /** Inactive ones, too. */
  readonly archived: boolean;
  readonly limit: number;
}

/** Users by name. */
export async function listUserRecords(
  db: Queryable,
  { emailPart, serviceId, organisationId, archived, limit }: UserFilter,
): Promise<UserRecord[]> {
  const pattern = emailPart === null ? null : `%${emailPart.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const { rows } = await db.query<UserRecord>(
    SQL``.append(selectRecords).append(SQL` WHERE (${archived} OR u.state <> 'inactive')
        AND (${pattern}::text IS NULL OR u.email_address ILIKE ${pattern})
        AND (${serviceId}::uuid IS NULL OR EXISTS (
          SELECT FROM user_to_service us WHERE us.user_id = u.id AND us.service_id = ${serviceId}))
        AND (${organisationId}::uuid IS NULL OR EXISTS (
          SELECT FROM user_to_organisation uo WHERE uo.user_id = u.id AND uo.organisation_id = ${organisationId}))
      ORDER BY u.name, u.id LIMIT ${limit}`),
  );
  return rows;
}

/** Changes a user; nothing to change is no write. */
export async function saveUserChanges(tx: Queryable, id: string, changes: UserChanges, at: Date): Promise<void> {
  const fields = Object.keys(changes) as (keyof UserChanges)[];
  if (fields.length === 0) return;
  const assignments = fields.map((field, index) => `${columnOf[field]} = $${index + 3}`);
  await tx.query({
    text: `UPDATE users SET ${assignments.join(', ')}, updated_at = $2 WHERE id = $1`,
    values: [id, at, ...fields.map((field) => changes[field])],
  });
}
