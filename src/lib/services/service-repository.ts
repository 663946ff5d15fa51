import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { insertVersioned, updateVersioned } from '../db/versioned.ts';
import type { TeamMember } from '../users/user.ts';
import type { EmailReplyTo, Service, ServicePermission, SmsSender } from './service.ts';

export interface ServiceRow {
  id: string;
  name: string;
  active: boolean;
  restricted: boolean;
  research_mode: boolean;
  prefix_sms: boolean;
  email_sender_local_part: string;
  custom_email_sender_name: string | null;
  organisation_type: string | null;
  crown: boolean | null;
  contact_link: string | null;
  rate_limit: number;
  email_message_limit: number;
  sms_message_limit: number;
  letter_message_limit: number;
  international_sms_message_limit: number;
  count_as_live: boolean;
  created_by_id: string;
  created_at: Date;
  updated_at: Date | null;
  version: number;
}

type ServiceWithPermissions = ServiceRow & { permissions: ServicePermission[] };

// Columns are named: a prepared `SELECT *` fails in running processes as soon as a migration adds a column.
const columns = [
  'id',
  'name',
  'active',
  'restricted',
  'research_mode',
  'prefix_sms',
  'email_sender_local_part',
  'custom_email_sender_name',
  'organisation_type',
  'crown',
  'contact_link',
  'rate_limit',
  'email_message_limit',
  'sms_message_limit',
  'letter_message_limit',
  'international_sms_message_limit',
  'count_as_live',
  'created_by_id',
  'created_at',
  'updated_at',
  'version',
] as const satisfies readonly (keyof ServiceRow)[];

const selectService = `SELECT ${columns.map((column) => `s.${column}`).join(', ')}, ARRAY(SELECT p.permission FROM service_permissions p WHERE p.service_id = s.id ORDER BY p.permission)
  AS permissions FROM services s`;

export async function findService(db: Queryable, id: string): Promise<Service | null> {
  const { rows } = await db.query<ServiceWithPermissions>({
    name: 'find_service',
    text: `${selectService} WHERE s.id = $1`,
    values: [id],
  });
  return rows[0] === undefined ? null : toService(rows[0]);
}

/** The service, its row locked until the transaction ends: changes of one service follow each other. */
export async function lockService(tx: Queryable, id: string): Promise<Service | null> {
  await tx.query(SQL`SELECT FROM services WHERE id = ${id} FOR NO KEY UPDATE`);
  return findService(tx, id);
}

export async function listServices(db: Queryable, filter: { active: boolean | null }): Promise<Service[]> {
  const { rows } = await db.query<ServiceWithPermissions>({
    text: `${selectService} WHERE $1::boolean IS NULL OR s.active = $1 ORDER BY s.name`,
    values: [filter.active],
  });
  return rows.map(toService);
}

export type NewServiceRow = Omit<ServiceRow, 'updated_at' | 'version'> & { normalised_service_name: string };

export async function insertService(
  tx: Queryable,
  row: NewServiceRow,
  permissions: readonly ServicePermission[],
): Promise<void> {
  await insertVersioned<ServiceRow>(tx, 'services', { ...row });
  await tx.query(SQL`INSERT INTO service_permissions (service_id, permission, created_at)
    SELECT ${row.id}, permission, ${row.created_at} FROM unnest(${[...permissions]}::text[]) AS permission`);
}

/** Every version of a service, the newest first; permissions have no history. */
export async function listServiceVersions(db: Queryable, id: string): Promise<Omit<Service, 'permissions'>[]> {
  const { rows } = await db.query<ServiceRow>({
    text: `SELECT ${columns.join(', ')} FROM services_history WHERE id = $1 ORDER BY version DESC`,
    values: [id],
  });
  return rows.map((row) => {
    const { permissions: _, ...version } = toService({ ...row, permissions: [] });
    return version;
  });
}

const columnOf = {
  name: 'name',
  normalisedName: 'normalised_service_name',
  active: 'active',
  restricted: 'restricted',
  prefixSms: 'prefix_sms',
  emailSenderLocalPart: 'email_sender_local_part',
  customEmailSenderName: 'custom_email_sender_name',
  contactLink: 'contact_link',
  rateLimit: 'rate_limit',
  emailMessageLimit: 'email_message_limit',
  smsMessageLimit: 'sms_message_limit',
  letterMessageLimit: 'letter_message_limit',
  internationalSmsMessageLimit: 'international_sms_message_limit',
  goLiveAt: 'go_live_at',
  hasActiveGoLiveRequest: 'has_active_go_live_request',
} as const;

/** What can change of a service's row; each save is a new version. */
export type ServiceChanges = Partial<
  Pick<Service, keyof Service & keyof typeof columnOf> & {
    normalisedName: string;
    goLiveAt: Date | null;
    hasActiveGoLiveRequest: boolean;
  }
>;

export async function saveService(tx: Queryable, id: string, changes: ServiceChanges, at: Date): Promise<void> {
  const columns = Object.fromEntries(
    Object.entries(changes).map(([field, value]) => [columnOf[field as keyof ServiceChanges], value]),
  );
  await updateVersioned(tx, 'services', id, columns, at);
}

export async function replacePermissions(
  tx: Queryable,
  serviceId: string,
  permissions: readonly ServicePermission[],
  at: Date,
): Promise<void> {
  await tx.query(SQL`DELETE FROM service_permissions
    WHERE service_id = ${serviceId} AND permission <> ALL (${[...permissions]}::text[])`);
  await tx.query(SQL`INSERT INTO service_permissions (service_id, permission, created_at)
    SELECT ${serviceId}, permission, ${at} FROM unnest(${[...permissions]}::text[]) AS permission
    ON CONFLICT DO NOTHING`);
}

export async function insertSmsSender(
  tx: Queryable,
  serviceId: string,
  sender: SmsSender,
  createdAt: Date,
): Promise<void> {
  await tx.query(SQL`INSERT INTO service_sms_senders (id, service_id, sms_sender, is_default, created_at)
    VALUES (${sender.id}, ${serviceId}, ${sender.smsSender}, ${sender.isDefault}, ${createdAt})`);
}

export async function insertEmailReplyTo(
  tx: Queryable,
  serviceId: string,
  replyTo: EmailReplyTo,
  createdAt: Date,
): Promise<void> {
  await tx.query(SQL`INSERT INTO service_email_reply_to (id, service_id, email_address, is_default, created_at)
    VALUES (${replyTo.id}, ${serviceId}, ${replyTo.emailAddress}, ${replyTo.isDefault}, ${createdAt})`);
}

export interface GuestListEntry {
  readonly id: string;
  readonly recipientType: 'mobile' | 'email';
  readonly recipient: string;
}

/** Replaces the whole guest list. */
export async function replaceGuestList(
  tx: Queryable,
  serviceId: string,
  entries: readonly GuestListEntry[],
  createdAt: Date,
): Promise<void> {
  await tx.query(SQL`DELETE FROM service_whitelist WHERE service_id = ${serviceId}`);
  for (const entry of entries) {
    await tx.query(SQL`INSERT INTO service_whitelist (id, service_id, recipient_type, recipient, created_at)
      VALUES (${entry.id}, ${serviceId}, ${entry.recipientType}, ${entry.recipient}, ${createdAt})`);
  }
}

export async function listGuestList(db: Queryable, serviceId: string): Promise<GuestListEntry[]> {
  const { rows } = await db.query<GuestListEntry>(SQL`SELECT id, recipient_type AS "recipientType", recipient
    FROM service_whitelist WHERE service_id = ${serviceId} ORDER BY created_at, id`);
  return rows;
}

export async function listTeamMembers(db: Queryable, serviceId: string): Promise<TeamMember[]> {
  const { rows } =
    await db.query<TeamMember>(SQL`SELECT u.id, u.name, u.email_address AS "emailAddress", u.mobile_number AS "mobileNumber"
    FROM users u JOIN user_to_service us ON us.user_id = u.id WHERE us.service_id = ${serviceId} AND u.state <> 'inactive' ORDER BY u.name`);
  return rows;
}

/** Makes users members; those who were none get these permissions. Returns how many these are. */
export async function insertTeamMembers(
  tx: Queryable,
  serviceId: string,
  userIds: readonly string[],
  permissions: readonly { readonly id: string; readonly userId: string; readonly permission: string }[],
  createdAt: Date,
): Promise<number> {
  const { rows } = await tx.query<{ members: number }>(SQL`WITH added AS (
      INSERT INTO user_to_service (user_id, service_id)
      SELECT user_id, ${serviceId} FROM unnest(${[...userIds]}::uuid[]) AS user_id ON CONFLICT DO NOTHING RETURNING user_id),
    granted AS (INSERT INTO permissions (id, service_id, user_id, permission, created_at)
      SELECT id, ${serviceId}, user_id, permission, ${createdAt}
      FROM unnest(${permissions.map(({ id }) => id)}::uuid[], ${permissions.map(({ userId }) => userId)}::uuid[],
        ${permissions.map(({ permission }) => permission)}::text[]) AS given (id, user_id, permission)
      JOIN added USING (user_id) ON CONFLICT DO NOTHING)
    SELECT count(*)::integer AS members FROM added`);
  return rows[0]!.members;
}

export async function listSmsSenders(db: Queryable, serviceId: string): Promise<SmsSender[]> {
  const { rows } = await db.query<SmsSender>({
    name: 'list_sms_senders',
    text: `SELECT id, sms_sender AS "smsSender", is_default AS "isDefault" FROM service_sms_senders
      WHERE service_id = $1 AND NOT archived ORDER BY is_default DESC, created_at`,
    values: [serviceId],
  });
  return rows;
}

export async function listEmailReplyTos(db: Queryable, serviceId: string): Promise<EmailReplyTo[]> {
  const { rows } = await db.query<EmailReplyTo>({
    name: 'list_email_reply_tos',
    text: `SELECT id, email_address AS "emailAddress", is_default AS "isDefault" FROM service_email_reply_to
      WHERE service_id = $1 AND NOT archived ORDER BY is_default DESC, created_at`,
    values: [serviceId],
  });
  return rows;
}

export function toService(row: ServiceWithPermissions): Service {
  return {
    id: row.id,
    name: row.name,
    active: row.active,
    restricted: row.restricted,
    researchMode: row.research_mode,
    prefixSms: row.prefix_sms,
    emailSenderLocalPart: row.email_sender_local_part,
    customEmailSenderName: row.custom_email_sender_name,
    organisationType: row.organisation_type,
    crown: row.crown,
    contactLink: row.contact_link,
    rateLimit: row.rate_limit,
    emailMessageLimit: row.email_message_limit,
    smsMessageLimit: row.sms_message_limit,
    letterMessageLimit: row.letter_message_limit,
    internationalSmsMessageLimit: row.international_sms_message_limit,
    countAsLive: row.count_as_live,
    permissions: row.permissions,
    createdById: row.created_by_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
