import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';
import type { LetterZip, ZipState } from './letter-zip.ts';

/**
 * Locks those of the letters that are still to be printed, that no zip has and that do not go to the provider's API, until
 * the transaction ends. A letter that is being cancelled is waited for.
 */
export async function lockUnclaimedLetters(tx: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(SQL`SELECT n.id FROM notifications n
    WHERE n.id = ANY(${[...ids]}::uuid[]) AND n.notification_status = 'created'
      AND NOT EXISTS (SELECT FROM letter_zip_letters c WHERE c.notification_id = n.id)
      AND NOT EXISTS (SELECT FROM letter_print_requests r WHERE r.notification_id = n.id)
    ORDER BY n.id FOR NO KEY UPDATE`);
  return new Set(rows.map(({ id }) => id));
}

/** The number of the next zip of a day and postage. Collation holds its lock. */
export async function nextSequence(tx: Queryable, printDate: CalendarDate, postage: Postage): Promise<number> {
  const { rows } = await tx.query<{ next: number }>(SQL`SELECT coalesce(max(sequence), 0) + 1 AS next
    FROM letter_zips WHERE print_date = ${printDate} AND postage = ${postage}`);
  return rows[0]!.next;
}

/** Stores a zip and claims its letters. */
export async function insertZip(
  tx: Queryable,
  zip: LetterZip & { readonly sequence: number },
  letterIds: readonly string[],
): Promise<void> {
  await tx.query(SQL`INSERT INTO letter_zips (id, run_id, name, print_date, postage, sequence, service_id, keys, sizes,
      bytes, created_at)
    VALUES (${zip.id}, ${zip.runId}, ${zip.name}, ${zip.printDate}, ${zip.postage}, ${zip.sequence}, ${zip.serviceId},
      ${[...zip.keys]}, ${[...zip.sizes]}, ${zip.bytes}, ${zip.createdAt})`);
  await tx.query(SQL`INSERT INTO letter_zip_letters (notification_id, zip_id)
    SELECT unnest(${[...letterIds]}::uuid[]), ${zip.id}`);
}

const zipColumns = `id, run_id AS "runId", name, print_date::text AS "printDate", postage, service_id AS "serviceId",
  state, keys, sizes, bytes, created_at AS "createdAt"`;

/** The first open zip after one, in the order in which they were made. */
export async function nextOpenZip(db: Queryable, afterId: string | null): Promise<LetterZip | null> {
  const statement = SQL`SELECT `.append(zipColumns).append(` FROM letter_zips WHERE state = 'open'`);
  if (afterId !== null) statement.append(SQL` AND id > ${afterId}`);
  const { rows } = await db.query<LetterZip>(statement.append(' ORDER BY id LIMIT 1'));
  return rows[0] ?? null;
}

export async function findZipByName(db: Queryable, name: string): Promise<LetterZip | null> {
  const statement = SQL`SELECT `.append(zipColumns).append(SQL` FROM letter_zips WHERE name = ${name}`);
  return (await db.query<LetterZip>(statement)).rows[0] ?? null;
}

export async function countOpenZips(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ open: number }>(`SELECT count(*) AS open FROM letter_zips WHERE state = 'open'`);
  return rows[0]!.open;
}

/** Ends an open zip; false when it is not open any more. */
export async function closeZip(
  tx: Queryable,
  id: string,
  { state, at }: { state: Exclude<ZipState, 'open'>; at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    SQL`UPDATE letter_zips SET state = ${state}, closed_at = ${at} WHERE id = ${id} AND state = 'open'`,
  );
  return rowCount === 1;
}

/** Moves the letters of a zip from `created` to `sending`; returns how many moved. */
export async function markLettersSending(tx: Queryable, zipId: string, at: Date): Promise<number> {
  const { rowCount } = await tx.query(SQL`UPDATE notifications n
    SET notification_status = 'sending', sent_by = 'dvla', sent_at = ${at}, updated_at = ${at}
    FROM letter_zip_letters c
    WHERE c.zip_id = ${zipId} AND n.id = c.notification_id AND n.notification_status = 'created'`);
  return rowCount ?? 0;
}

/** Moves the letters of a zip that was given up to `technical-failure`, and releases them. Returns their ids. */
export async function failLetters(tx: Queryable, zipId: string, at: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(SQL`UPDATE notifications n
    SET notification_status = 'technical-failure', updated_at = ${at}
    FROM letter_zip_letters c
    WHERE c.zip_id = ${zipId} AND n.id = c.notification_id AND n.notification_status = 'created' RETURNING n.id`);
  await tx.query(SQL`DELETE FROM letter_zip_letters WHERE zip_id = ${zipId}`);
  return rows.map(({ id }) => id);
}

/** What is known of a zip, without its files. */
export interface ZipSummary {
  readonly name: string;
  readonly state: ZipState;
  readonly letters: number;
  readonly bytes: number;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
  readonly acknowledgedAt: Date | null;
}

/** Zips of print dates, the newest day first, in the order in which they were made. */
export async function listZips(
  db: Queryable,
  { since, state, limit }: { since: CalendarDate; state: ZipState | null; limit: number },
): Promise<ZipSummary[]> {
  const { rows } = await db.query<ZipSummary>(SQL`SELECT name, state, cardinality(keys) AS letters, bytes,
      created_at AS "createdAt", closed_at AS "closedAt", acknowledged_at AS "acknowledgedAt"
    FROM letter_zips
    WHERE (print_date >= ${since} OR state = 'open') AND (${state}::text IS NULL OR state = ${state})
    ORDER BY print_date DESC, id LIMIT ${limit}`);
  return rows;
}

/** Deletes zips of old print dates that are done with, with the claims of their letters. */
export async function deleteOldZips(db: Queryable, before: CalendarDate, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM letter_zips WHERE id IN (
    SELECT id FROM letter_zips WHERE state <> 'open' AND print_date < ${before} LIMIT ${limit})`);
  return rowCount ?? 0;
}

/** The zip that has a letter, and its state. */
export async function findClaim(
  tx: Queryable,
  notificationId: string,
): Promise<{ name: string; state: ZipState } | null> {
  const { rows } = await tx.query<{ name: string; state: ZipState }>(SQL`SELECT z.name, z.state
    FROM letter_zip_letters c JOIN letter_zips z ON z.id = c.zip_id WHERE c.notification_id = ${notificationId}`);
  return rows[0] ?? null;
}

/** Takes a letter out of the zip that had it, so that another one may get it. */
export async function releaseLetter(tx: Queryable, notificationId: string): Promise<void> {
  await tx.query(SQL`DELETE FROM letter_zip_letters WHERE notification_id = ${notificationId}`);
}
