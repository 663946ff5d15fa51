import { SQL, type SQLStatement } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';

/** A letter that waits to be printed, as it is read. */
export interface WaitingLetter {
  readonly id: string;
  readonly serviceId: string;
  readonly organisationId: string | null;
  /** Key and bytes of its PDF, where one was listed. */
  readonly key: string | null;
  readonly bytes: number | null;
}

/** A PDF that was found in the storage. */
export interface ListedPdf {
  /** Reference and time of its letter with a dot between; the class of post may have changed since. */
  readonly letter: string;
  readonly key: string;
  readonly bytes: number;
}

/** Letters that nobody claimed, with their sheets counted: a letter without a PDF yet is none of them. */
const waiting = `n.notification_status = 'created' AND n.notification_type = 'letter' AND n.key_type = 'normal'
  AND n.billable_units > 0 AND NOT EXISTS (SELECT FROM letter_zip_letters c WHERE c.notification_id = n.id)`;

/** The UTC days on which letters that wait were created. */
export async function listWaitingDays(tx: Queryable, deadline: Date): Promise<string[]> {
  const { rows } = await tx.query<{ day: string }>(
    SQL`SELECT DISTINCT n.created_at::date::text AS day FROM notifications n WHERE `
      .append(waiting)
      .append(SQL` AND n.created_at < ${deadline} ORDER BY 1`),
  );
  return rows.map(({ day }) => day);
}

/** A table of PDFs that lasts as long as the transaction: there may be more of them than memory is for. */
export async function createPdfTable(tx: Queryable): Promise<void> {
  await tx.query(`CREATE TEMPORARY TABLE listed_pdfs (letter text PRIMARY KEY, key text NOT NULL, bytes bigint NOT NULL)
    ON COMMIT DROP`);
}

/** Of two PDFs of one letter, such as after its postage changed, the first counts (letters sheet §6). */
export async function insertListedPdfs(tx: Queryable, pdfs: readonly ListedPdf[]): Promise<void> {
  await tx.query({
    text: `INSERT INTO listed_pdfs SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    values: [pdfs.map(({ letter }) => letter), pdfs.map(({ key }) => key), pdfs.map(({ bytes }) => bytes)],
  });
}

/**
 * The letters of a postage that wait, in pages, with the PDFs of `listed_pdfs`: by service, so that what is wrong with one
 * lies together, then by time (letters sheet §9). They are all of one moment, whatever is claimed while they are read.
 */
export async function* readWaitingLetters(
  tx: Queryable,
  { postage, deadline, pageSize }: { postage: Postage; deadline: Date; pageSize: number },
): AsyncGenerator<WaitingLetter[], undefined> {
  await tx.query('ANALYZE listed_pdfs');
  await tx.query(
    SQL`DECLARE waiting_letters NO SCROLL CURSOR FOR
      SELECT n.id, n.service_id AS "serviceId", s.organisation_id AS "organisationId", p.key, p.bytes
      FROM notifications n JOIN services s ON s.id = n.service_id
      LEFT JOIN listed_pdfs p
        ON p.letter = upper(n.reference) || '.' || to_char(n.created_at, 'YYYYMMDDHH24MISS')
      WHERE `.append(waiting).append(SQL` AND n.created_at < ${deadline} AND n.postage = ${postage}
      ORDER BY n.service_id, n.created_at, n.id`),
  );
  try {
    for (;;) {
      const { rows } = await tx.query<WaitingLetter>(`FETCH ${pageSize} FROM waiting_letters`);
      if (rows.length > 0) yield rows;
      if (rows.length < pageSize) return;
    }
  } finally {
    await tx.query('CLOSE waiting_letters').catch(() => undefined);
  }
}

/** Letters of one postage. */
export interface PostageCount {
  readonly postage: Postage;
  readonly letters: number;
  readonly sheets: number;
}

/** How many letters of each postage wait, and their sheets (letters sheet §9, volumes). */
export async function countWaitingLetters(db: Queryable, deadline: Date): Promise<PostageCount[]> {
  const { rows } = await db.query<PostageCount>(countWaiting(deadline).append(' GROUP BY n.postage'));
  return rows;
}

/** The same without those that are queued for the provider's API. */
export async function countUnqueuedLetters(db: Queryable, deadline: Date): Promise<PostageCount[]> {
  const { rows } = await db.query<PostageCount>(
    countWaiting(deadline).append(` AND NOT EXISTS (SELECT FROM letter_print_requests r WHERE r.notification_id = n.id)
      GROUP BY n.postage`),
  );
  return rows;
}

function countWaiting(deadline: Date): SQLStatement {
  return SQL`SELECT n.postage, count(*) AS letters, sum(n.billable_units) AS sheets FROM notifications n WHERE `
    .append(waiting)
    .append(SQL` AND n.created_at < ${deadline}`);
}
