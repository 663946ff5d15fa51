import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { AuthType, TeamMember, User } from './user.ts';

export async function findUser(db: Queryable, id: string): Promise<User | null> {
  const { rows } = await db.query<User>(SQL`SELECT id, name, email_address AS "emailAddress",
    mobile_number AS "mobileNumber", state FROM users WHERE id = ${id}`);
  return rows[0] ?? null;
}

/** A user by id, the row locked until the transaction ends. */
export async function lockUser(tx: Queryable, id: string): Promise<User | null> {
  await tx.query(SQL`SELECT FROM users WHERE id = ${id} FOR NO KEY UPDATE`);
  return findUser(tx, id);
}

export interface NewUser extends TeamMember {
  /** `!` matches no password: such a user cannot sign in. */
  readonly passwordHash: string;
  /** Without it, active. */
  readonly state?: 'pending' | 'active';
  /** Without it, by text where there is a number. */
  readonly authType?: AuthType;
  readonly platformAdmin?: boolean;
}

export async function insertUser(tx: Queryable, user: NewUser, createdAt: Date): Promise<void> {
  const {
    state = 'active',
    platformAdmin = false,
    authType = user.mobileNumber === null ? 'email_auth' : 'sms_auth',
  } = user;
  await tx.query(SQL`INSERT INTO users (id, name, email_address, mobile_number, password, password_changed_at, state, auth_type,
      platform_admin, email_access_validated_at, created_at)
    VALUES (${user.id}, ${user.name}, ${user.emailAddress}, ${user.mobileNumber}, ${user.passwordHash}, ${createdAt}, ${state},
      ${authType}, ${platformAdmin}, ${createdAt}, ${createdAt})`);
}

/** Stores name, address and number. A user whose number goes signs in by email. */
export async function updateUser(tx: Queryable, user: Omit<User, 'state'>, at: Date): Promise<void> {
  await tx.query(SQL`UPDATE users SET name = ${user.name}, email_address = ${user.emailAddress},
      mobile_number = ${user.mobileNumber}, updated_at = ${at},
      auth_type = CASE WHEN ${user.mobileNumber}::text IS NULL AND auth_type = 'sms_auth' THEN 'email_auth' ELSE auth_type END
    WHERE id = ${user.id}`);
}
