import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { LetterLogo } from './letter-logo.ts';

/** Sets the logo of a service, in place of the one that it has. */
export async function saveLetterLogo(db: Queryable, logo: LetterLogo): Promise<void> {
  await db.query(SQL`INSERT INTO service_letter_logo (service_id, id, original_filename, created_at)
    VALUES (${logo.serviceId}, ${logo.id}, ${logo.originalFilename}, ${logo.createdAt})
    ON CONFLICT (service_id) DO UPDATE
      SET id = excluded.id, original_filename = excluded.original_filename, created_at = excluded.created_at`);
}

/** False when the service had none. */
export async function deleteLetterLogo(db: Queryable, serviceId: string): Promise<boolean> {
  const { rowCount } = await db.query(SQL`DELETE FROM service_letter_logo WHERE service_id = ${serviceId}`);
  return rowCount === 1;
}

export async function findLetterLogo(db: Queryable, serviceId: string): Promise<LetterLogo | null> {
  const { rows } = await db.query<LetterLogo>(SQL`SELECT id, service_id AS "serviceId",
      original_filename AS "originalFilename", created_at AS "createdAt"
    FROM service_letter_logo WHERE service_id = ${serviceId}`);
  return rows[0] ?? null;
}
