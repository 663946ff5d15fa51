import { SQL } from 'sql-template-strings';
import type { JsonObject } from '../core/json.ts';
import { parseJson } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { broadcastPersonalisationContext, type BroadcastMessage, type BroadcastStatus } from './broadcast-message.ts';

type StoredMessage = Omit<BroadcastMessage, 'personalisation'> & { readonly personalisation: string | null };

const columns = `m.id, m.service_id AS "serviceId", m.template_id AS "templateId", m.template_version AS "templateVersion",
  t.name AS "templateName", m.personalisation, m.content, m.areas, m.status, m.starts_at AS "startsAt",
  m.finishes_at AS "finishesAt", m.created_at AS "createdAt", m.submitted_at AS "submittedAt", m.approved_at AS "approvedAt",
  m.rejected_at AS "rejectedAt", m.cancelled_at AS "cancelledAt", m.updated_at AS "updatedAt",
  m.created_by_id AS "createdById", m.created_by_api_key_id AS "createdByApiKeyId", m.submitted_by_id AS "submittedById",
  m.approved_by_id AS "approvedById", m.rejected_by_id AS "rejectedById", m.cancelled_by_id AS "cancelledById",
  m.cancelled_by_api_key_id AS "cancelledByApiKeyId", m.reference, m.cap_event AS "capEvent", m.stubbed`;

const selectMessages = `SELECT ${columns} FROM broadcast_message m
  LEFT JOIN templates_history t ON t.id = m.template_id AND t.version = m.template_version`;

/** A message of a service, or null; with `lock`, nobody else changes it until the transaction ends. */
export async function findBroadcastMessage(
  db: Queryable,
  secretBox: SecretBox,
  { serviceId, id }: { serviceId: string; id: string },
  { lock = false }: { lock?: boolean } = {},
): Promise<BroadcastMessage | null> {
  const { rows } = await db.query<StoredMessage>({
    text: `${selectMessages} WHERE m.service_id = $1 AND m.id = $2 ${lock ? 'FOR NO KEY UPDATE OF m' : ''}`,
    values: [serviceId, id],
  });
  return rows[0] === undefined ? null : toMessage(rows[0], secretBox);
}

/** The service that a message belongs to; for operators, who name messages alone. */
export async function findServiceOfBroadcast(db: Queryable, id: string): Promise<string | null> {
  const { rows } = await db.query<{ serviceId: string }>(
    SQL`SELECT service_id AS "serviceId" FROM broadcast_message WHERE id = ${id}`,
  );
  return rows[0]?.serviceId ?? null;
}

export interface BroadcastFilter {
  readonly serviceId: string;
  readonly status: BroadcastStatus | null;
  /** Only the newest so many; null for all. */
  readonly limit: number | null;
}

/** Messages of a service, oldest first. */
export async function listBroadcastMessages(
  db: Queryable,
  secretBox: SecretBox,
  { serviceId, status, limit }: BroadcastFilter,
): Promise<BroadcastMessage[]> {
  const { rows } = await db.query<StoredMessage>({
    text: `SELECT * FROM (${selectMessages} WHERE m.service_id = $1 AND ($2::text IS NULL OR m.status = $2)
      ORDER BY m.created_at DESC, m.id DESC LIMIT $3) newest ORDER BY "createdAt", id`,
    values: [serviceId, status, limit],
  });
  return rows.map((row) => toMessage(row, secretBox));
}

/** Messages of a service with one of these references that wait for approval or are broadcast, locked. */
export async function lockCancellableByReference(
  tx: Queryable,
  secretBox: SecretBox,
  serviceId: string,
  references: readonly string[],
): Promise<BroadcastMessage[]> {
  const { rows } = await tx.query<StoredMessage>({
    text: `${selectMessages} WHERE m.service_id = $1 AND m.status IN ('pending-approval', 'broadcasting')
      AND m.reference = ANY ($2::text[]) ORDER BY m.created_at, m.id LIMIT 2 FOR NO KEY UPDATE OF m`,
    values: [serviceId, [...references]],
  });
  return rows.map((row) => toMessage(row, secretBox));
}

export type NewBroadcastMessage = Pick<
  BroadcastMessage,
  | 'id'
  | 'serviceId'
  | 'templateId'
  | 'templateVersion'
  | 'personalisation'
  | 'content'
  | 'areas'
  | 'status'
  | 'startsAt'
  | 'finishesAt'
  | 'createdAt'
  | 'createdById'
  | 'createdByApiKeyId'
  | 'reference'
  | 'capEvent'
  | 'stubbed'
>;

export async function insertBroadcastMessage(
  tx: Queryable,
  secretBox: SecretBox,
  message: NewBroadcastMessage,
): Promise<void> {
  await tx.query(SQL`INSERT INTO broadcast_message (id, service_id, template_id, template_version, personalisation, content,
      areas, status, starts_at, finishes_at, created_at, created_by_id, created_by_api_key_id, reference, cap_event, stubbed)
    VALUES (${message.id}, ${message.serviceId}, ${message.templateId}, ${message.templateVersion},
      ${seal(secretBox, message.personalisation)}, ${message.content}, ${JSON.stringify(message.areas)}::jsonb,
      ${message.status}, ${message.startsAt}, ${message.finishesAt}, ${message.createdAt}, ${message.createdById},
      ${message.createdByApiKeyId}, ${message.reference}, ${message.capEvent}, ${message.stubbed})`);
}

const columnOf = {
  personalisation: 'personalisation',
  content: 'content',
  areas: 'areas',
  status: 'status',
  startsAt: 'starts_at',
  finishesAt: 'finishes_at',
  submittedAt: 'submitted_at',
  submittedById: 'submitted_by_id',
  approvedAt: 'approved_at',
  approvedById: 'approved_by_id',
  rejectedAt: 'rejected_at',
  rejectedById: 'rejected_by_id',
  cancelledAt: 'cancelled_at',
  cancelledById: 'cancelled_by_id',
  cancelledByApiKeyId: 'cancelled_by_api_key_id',
} as const;

export type BroadcastChanges = Partial<Pick<BroadcastMessage, keyof typeof columnOf>>;

/** Changes a message that the transaction holds locked. */
export async function saveBroadcastMessage(
  tx: Queryable,
  secretBox: SecretBox,
  { serviceId, id }: { serviceId: string; id: string },
  changes: BroadcastChanges,
  at: Date,
): Promise<void> {
  const assignments: string[] = [];
  const values: unknown[] = [serviceId, id, at];
  for (const [field, value] of Object.entries(changes)) {
    values.push(toColumn(secretBox, field as keyof BroadcastChanges, value));
    assignments.push(`${columnOf[field as keyof BroadcastChanges]} = $${values.length}`);
  }
  const set = ['updated_at = $3', ...assignments].join(', ');
  await tx.query({ text: `UPDATE broadcast_message SET ${set} WHERE service_id = $1 AND id = $2`, values });
}

/** Completes what has finished. Returns the ids. */
export async function completeFinishedBroadcasts(db: Queryable, now: Date): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(SQL`UPDATE broadcast_message
    SET status = 'completed', updated_at = ${now} WHERE status = 'broadcasting' AND finishes_at <= ${now} RETURNING id`);
  return rows.map(({ id }) => id);
}

/** A message on the public list of alerts. */
export interface PublicAlert extends Pick<
  BroadcastMessage,
  'id' | 'reference' | 'content' | 'areas' | 'status' | 'startsAt' | 'finishesAt' | 'approvedAt' | 'cancelledAt'
> {
  readonly channel: string;
}

/** What was really broadcast since a time, the newest first; of services with a channel. */
export async function listPublicAlerts(db: Queryable, since: Date): Promise<PublicAlert[]> {
  const { rows } = await db.query<PublicAlert>(SQL`SELECT m.id, m.reference, s.channel, m.content, m.areas, m.status,
      m.starts_at AS "startsAt", m.finishes_at AS "finishesAt", m.approved_at AS "approvedAt", m.cancelled_at AS "cancelledAt"
    FROM broadcast_message m JOIN service_broadcast_settings s ON s.service_id = m.service_id
    WHERE NOT m.stubbed AND m.status IN ('broadcasting', 'completed', 'cancelled') AND m.starts_at >= ${since}
    ORDER BY m.starts_at DESC, m.id DESC`);
  return rows;
}

function toMessage(row: StoredMessage, secretBox: SecretBox): BroadcastMessage {
  const { personalisation, areas, ...message } = row;
  return {
    ...message,
    // The column's own default is a list.
    areas: Array.isArray(areas) ? {} : areas,
    personalisation:
      personalisation === null
        ? null
        : (parseJson(secretBox.open(personalisation, broadcastPersonalisationContext)) as JsonObject),
  };
}

function toColumn(secretBox: SecretBox, field: keyof BroadcastChanges, value: unknown): unknown {
  if (field === 'personalisation') return seal(secretBox, value as JsonObject | null);
  return field === 'areas' ? JSON.stringify(value) : value;
}

function seal(secretBox: SecretBox, personalisation: JsonObject | null): string | null {
  if (personalisation === null) return null;
  return secretBox.seal(JSON.stringify(personalisation), broadcastPersonalisationContext);
}
