import { SQL } from 'sql-template-strings';
import { parseJson, type JsonObject } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { personalisationContext } from '../notifications/notification.ts';

/** A text that went out, or was to go out, and whose fragments were not counted. */
export interface UncountedText {
  readonly id: string;
  readonly serviceId: string;
  readonly templateId: string;
  readonly templateVersion: number;
  readonly createdAt: Date;
  /** Encrypted. */
  readonly personalisation: string | null;
}

/** A page of them in the order of their ids. With `lock`, under row locks. */
export async function listUncountedTexts(
  tx: Queryable,
  { after, limit, lock }: { after: string | null; limit: number; lock: boolean },
): Promise<UncountedText[]> {
  const statement = SQL`SELECT id, service_id AS "serviceId", template_id AS "templateId",
      template_version AS "templateVersion", created_at AS "createdAt", personalisation
    FROM notifications
    WHERE notification_type = 'sms' AND notification_status <> 'created' AND sent_at IS NULL AND billable_units = 0
      AND key_type <> 'test' AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${limit}`;
  if (lock) statement.append(' FOR UPDATE');
  return (await tx.query<UncountedText>(statement)).rows;
}

/** @throws AppError SECRET_UNREADABLE */
export function openPersonalisation({ personalisation }: UncountedText, secretBox: SecretBox): JsonObject {
  if (personalisation === null) return {};
  return parseJson(secretBox.open(personalisation, personalisationContext)) as JsonObject;
}

/** Stores the fragments of texts. */
export async function saveFragments(
  tx: Queryable,
  counted: readonly { readonly id: string; readonly fragments: number }[],
): Promise<void> {
  await tx.query(SQL`UPDATE notifications n SET billable_units = given.units
    FROM unnest(${counted.map(({ id }) => id)}::uuid[], ${counted.map(({ fragments }) => fragments)}::int[])
      AS given (id, units)
    WHERE n.id = given.id`);
}
