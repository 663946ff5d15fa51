import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** A letter that a file is of. */
export interface NamedLetter {
  readonly id: string;
  readonly serviceId: string;
  readonly templateId: string;
  readonly reference: string;
  readonly jobId: string | null;
  readonly createdAt: Date;
}

const pageSize = 1000;

/**
 * Letters with these print references, in the history, too: ordered by service, job and time, a page at a time. The
 * database keeps the order; only a page is in memory.
 */
export async function eachLetterWithReference(
  tx: Queryable,
  references: readonly string[],
  onPage: (letters: readonly NamedLetter[]) => Promise<void>,
): Promise<void> {
  const columns = `l.id, l.service_id AS "serviceId", l.template_id AS "templateId", l.reference, l.job_id AS "jobId",
    l.created_at AS "createdAt"`;
  await tx.query(
    SQL`DECLARE named_letters NO SCROLL CURSOR FOR SELECT `
      .append(columns)
      .append(
        SQL` FROM notifications l WHERE l.reference = ANY(${[...references]}::text[]) AND l.notification_type = 'letter'
      UNION ALL SELECT `,
      )
      .append(columns).append(SQL` FROM notification_history l WHERE l.reference = ANY(${[...references]}::text[])
        AND l.notification_type = 'letter' AND NOT EXISTS (SELECT FROM notifications n WHERE n.id = l.id)
      ORDER BY "serviceId", "jobId", "createdAt", id`),
  );
  for (;;) {
    const { rows } = await tx.query<NamedLetter>(`FETCH ${pageSize} FROM named_letters`);
    if (rows.length > 0) await onPage(rows);
    if (rows.length < pageSize) return;
  }
}
