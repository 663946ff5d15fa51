import { SQL } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import type { Queryable } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';

/** What the print provider's API has to know of a letter. */
export interface LetterToPrint {
  readonly id: string;
  readonly serviceId: string;
  readonly organisationId: string | null;
  readonly keyType: KeyType;
  readonly status: NotificationStatus;
  readonly reference: string | null;
  readonly to: string;
  readonly postage: string | null;
  readonly createdAt: Date;
  /** Whether a zip has it. */
  readonly isInZip: boolean;
}

export async function findLetterToPrint(db: Queryable, id: string): Promise<LetterToPrint | null> {
  const { rows } = await db.query<LetterToPrint>({
    name: 'find_letter_to_print',
    text: `SELECT n.id, n.service_id AS "serviceId", s.organisation_id AS "organisationId", n.key_type AS "keyType",
        n.notification_status AS status, n.reference, n."to", n.postage, n.created_at AS "createdAt",
        EXISTS (SELECT FROM letter_zip_letters c WHERE c.notification_id = n.id) AS "isInZip"
      FROM notifications n JOIN services s ON s.id = n.service_id
      WHERE n.id = $1 AND n.notification_type = 'letter'`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Where a page of letters ended. */
export interface LetterPlace {
  readonly id: string;
  readonly createdAt: Date;
}

/** Letters of a postage that wait and that no zip has, oldest first, after a place. */
export async function listLettersToRequest(
  db: Queryable,
  input: {
    readonly postage: Postage;
    readonly deadline: Date;
    readonly after: LetterPlace | null;
    readonly limit: number;
  },
): Promise<LetterPlace[]> {
  const { postage, deadline, after, limit } = input;
  const statement = SQL`SELECT n.id, n.created_at AS "createdAt" FROM notifications n
    WHERE n.notification_status = 'created' AND n.notification_type = 'letter' AND n.key_type = 'normal'
      AND n.postage = ${postage} AND n.created_at < ${deadline} AND n.billable_units > 0
      AND NOT EXISTS (SELECT FROM letter_zip_letters c WHERE c.notification_id = n.id)`;
  if (after !== null) statement.append(SQL` AND (n.created_at, n.id) > (${after.createdAt}, ${after.id})`);
  const { rows } = await db.query<LetterPlace>(statement.append(SQL` ORDER BY n.created_at, n.id LIMIT ${limit}`));
  return rows;
}

/** Notes that letters go to the provider's API: no zip gets them from now on. */
export async function insertPrintRequests(tx: Queryable, ids: readonly string[], at: Date): Promise<void> {
  await tx.query(SQL`INSERT INTO letter_print_requests (notification_id, requested_at)
    SELECT id, ${at} FROM unnest(${[...ids]}::uuid[]) AS id ON CONFLICT (notification_id) DO NOTHING`);
}

export async function isPrintRequested(tx: Queryable, notificationId: string): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`SELECT FROM letter_print_requests WHERE notification_id = ${notificationId}`);
  return rowCount === 1;
}

/** Letters that go to the provider's API and that it does not have yet. */
export async function countQueuedLetters(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ queued: number }>(SQL`SELECT count(*) AS queued FROM notifications n
    WHERE n.notification_status = 'created' AND n.notification_type = 'letter'
      AND EXISTS (SELECT FROM letter_print_requests r WHERE r.notification_id = n.id)`);
  return rows[0]!.queued;
}

/** Lets a letter go another way than through the API. */
export async function deletePrintRequest(tx: Queryable, notificationId: string): Promise<void> {
  await tx.query(SQL`DELETE FROM letter_print_requests WHERE notification_id = ${notificationId}`);
}

export async function deleteOldPrintRequests(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM letter_print_requests WHERE notification_id IN (
    SELECT notification_id FROM letter_print_requests WHERE requested_at < ${before} LIMIT ${limit})`);
  return rowCount ?? 0;
}
