import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { Document } from './document.ts';

export async function insertDocument(db: Queryable, document: Document): Promise<void> {
  await db.query({
    name: 'insert_document',
    text: `INSERT INTO documents (id, service_id, filename, mimetype, extension, size_bytes, key_digest, recipient_digest,
      available_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      ...[document.id, document.serviceId, document.sealedFilename, document.mimeType, document.extension],
      ...[
        document.sizeBytes,
        document.keyDigest,
        document.recipientDigest,
        document.availableUntil,
        document.createdAt,
      ],
    ],
  });
}

/** The document of a service, if it is still available. */
export async function findDocument(
  db: Queryable,
  { serviceId, documentId, at }: { serviceId: string; documentId: string; at: Date },
): Promise<Document | null> {
  const { rows } = await db.query<Document>(SQL`SELECT id, service_id AS "serviceId", filename AS "sealedFilename",
      mimetype AS "mimeType", extension, size_bytes AS "sizeBytes", key_digest AS "keyDigest",
      recipient_digest AS "recipientDigest", available_until AS "availableUntil", created_at AS "createdAt"
    FROM documents WHERE service_id = ${serviceId} AND id = ${documentId} AND available_until > ${at}`);
  return rows[0] ?? null;
}

/** Counts a try to open a document, in a window that begins with its first. Returns how many the window has now. */
export async function countTry(
  db: Queryable,
  { serviceId, documentId, at, windowMs }: { serviceId: string; documentId: string; at: Date; windowMs: number },
): Promise<number> {
  const since = new Date(at.getTime() - windowMs);
  const { rows } = await db.query<{ tries: number }>(SQL`UPDATE documents SET
      tries = CASE WHEN tries_since > ${since} THEN tries + 1 ELSE 1 END,
      tries_since = CASE WHEN tries_since > ${since} THEN tries_since ELSE ${at} END
    WHERE service_id = ${serviceId} AND id = ${documentId} RETURNING tries`);
  return rows[0]?.tries ?? 0;
}

/** Documents of all services whose time is over, the oldest first. */
export async function listExpiredDocuments(
  db: Queryable,
  { at, limit }: { at: Date; limit: number },
): Promise<Pick<Document, 'serviceId' | 'id'>[]> {
  const { rows } = await db.query<Pick<Document, 'serviceId' | 'id'>>(SQL`SELECT service_id AS "serviceId", id
    FROM documents WHERE available_until <= ${at} ORDER BY available_until LIMIT ${limit}`);
  return rows;
}

export async function deleteDocuments(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(SQL`DELETE FROM documents WHERE id = ANY(${[...ids]}::uuid[])`);
}
