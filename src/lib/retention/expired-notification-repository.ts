import { SQL } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import { arrayLiteral } from '../db/array-literal.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { defaultRetentionDays } from './data-retention.ts';
import {
  keptLetterStatuses,
  type ExpiredCursor,
  type ExpiredNotification,
  type ExpiredService,
} from './expired-notification.ts';

/** What the history keeps of a notification: no recipient, no personalisation. */
export const historyColumns = [
  ...['id', 'job_id', 'job_row_number', 'service_id', 'template_id', 'template_version', 'api_key_id', 'key_type'],
  ...['notification_type', 'created_at', 'sent_at', 'sent_by', 'updated_at', 'reference', 'billable_units'],
  ...['client_reference', 'international', 'phone_prefix', 'rate_multiplier', 'notification_status', 'created_by_id'],
  ...['postage', 'document_download_count'],
] as const;

/** How many days services keep messages of a type: those with a setting of their own first. */
export async function listRetention(
  db: Queryable,
  { type, serviceId }: { type: NotificationType; serviceId: string | null },
): Promise<{ serviceId: string; days: number }[]> {
  const { rows } = await db.query<{ serviceId: string; days: number }>(SQL`SELECT s.id AS "serviceId",
      coalesce(r.days_of_retention, ${defaultRetentionDays}) AS days
    FROM services s LEFT JOIN service_data_retention r ON r.service_id = s.id AND r.notification_type = ${type}
    WHERE ${serviceId}::uuid IS NULL OR s.id = ${serviceId}
    ORDER BY r.id IS NULL, s.id`);
  return rows;
}

/**
 * Of these services those that have anything older than they keep, in their order. The order that is asked for keeps the
 * planner from reading the whole table for services that have nothing.
 */
export async function selectExpired(db: Queryable, services: readonly ExpiredService[]): Promise<ExpiredService[]> {
  const oldest = (keyType: KeyType): string => `(SELECT id FROM notifications n WHERE n.service_id = kept.service_id
    AND n.key_type = '${keyType}' AND n.created_at < kept.before AND n.notification_type = kept.type
    ORDER BY n.created_at LIMIT 1)`;
  const { rows } = await db.query<{ position: number }>({
    text: `SELECT position::int FROM unnest($1::uuid[], $2::notification_type[], $3::timestamp[])
        WITH ORDINALITY AS kept (service_id, type, before, position)
      WHERE coalesce(${oldest('normal')}, ${oldest('team')}, ${oldest('test')}) IS NOT NULL
      ORDER BY position`,
    values: [
      arrayLiteral(services.map(({ serviceId }) => serviceId)),
      arrayLiteral(services.map(({ type }) => type)),
      arrayLiteral(services.map(({ before }) => before)),
    ],
  });
  return rows.map(({ position }) => services[position - 1]!);
}

/** Of a service's messages of a type, those of one kind of key. */
export interface ExpiredKind extends ExpiredService {
  readonly keyType: KeyType;
}

const kept = keptLetterStatuses.map((status) => `'${status}'`).join(', ');

/** Letters of test keys are never printed: all of them go. */
function mayGo({ type, keyType }: ExpiredKind): string {
  return type === 'letter' && keyType !== 'test' ? `AND notification_status NOT IN (${kept})` : '';
}

/** The oldest that are to go, after some others. Their rows stay locked until the transaction ends. */
export async function lockExpired(
  tx: Queryable,
  kind: ExpiredKind,
  { after, limit }: { after: ExpiredCursor | null; limit: number },
): Promise<ExpiredNotification[]> {
  const { serviceId, keyType, type, before } = kind;
  const { rows } = await tx.query<ExpiredNotification>({
    text: `SELECT id, created_at AS "createdAt", key_type AS "keyType", notification_status AS status, reference, postage
      FROM notifications
      WHERE service_id = $1 AND key_type = $2 AND created_at < $3 AND notification_type = $4 ${mayGo(kind)}
        ${after === null ? '' : 'AND (created_at, id) > ($6, $7)'}
      ORDER BY created_at, id LIMIT $5 FOR UPDATE`,
    values: [serviceId, keyType, before, type, limit, ...(after === null ? [] : [after.createdAt, after.id])],
  });
  return rows;
}

/** Moves notifications and forgets what happened to them; what the history has already stays as it is. */
export async function moveToHistory(tx: Queryable, ids: readonly string[]): Promise<void> {
  const columns = historyColumns.join(', ');
  await tx.query({
    text: `WITH moved AS (DELETE FROM notifications WHERE id = ANY($1::uuid[]) RETURNING ${columns})
      INSERT INTO notification_history (${columns}) SELECT ${columns} FROM moved ON CONFLICT (id) DO NOTHING`,
    values: [arrayLiteral(ids)],
  });
  await deleteEvents(tx, ids);
}

/** Deletes notifications and what happened to them. */
export async function deleteNotifications(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query({ text: 'DELETE FROM notifications WHERE id = ANY($1::uuid[])', values: [arrayLiteral(ids)] });
  await deleteEvents(tx, ids);
}

async function deleteEvents(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query({
    text: 'DELETE FROM notification_events WHERE notification_id = ANY($1::uuid[])',
    values: [arrayLiteral(ids)],
  });
}

/** How many of a kind are to go. */
export async function countExpired(db: Queryable, kind: ExpiredKind): Promise<number> {
  const { serviceId, keyType, type, before } = kind;
  const { rows } = await db.query<{ count: number }>({
    text: `SELECT count(*) FROM notifications
      WHERE service_id = $1 AND key_type = $2 AND created_at < $3 AND notification_type = $4 ${mayGo(kind)}`,
    values: [serviceId, keyType, before, type],
  });
  return rows[0]!.count;
}

/** How many letters of live keys a service keeps for longer than it wants, because they may still be printed. */
export async function countKeptLetters(
  db: Queryable,
  { serviceId, before }: Pick<ExpiredService, 'serviceId' | 'before'>,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    text: `SELECT count(*) FROM notifications WHERE service_id = $1 AND key_type IN ('normal', 'team')
      AND created_at < $2 AND notification_type = 'letter' AND notification_status IN (${kept})`,
    values: [serviceId, before],
  });
  return rows[0]!.count;
}

/** Takes a lock until the transaction ends; false when another process has it. */
export async function tryRetentionLock(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('retention', 0)) AS taken`,
  );
  return rows[0]!.taken;
}
