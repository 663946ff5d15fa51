import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { ProviderFile } from './print-destination.ts';

/** What is known of a file of the provider. */
export interface KnownFile extends ProviderFile {
  readonly seenAt: Date;
  /** Null: it is still to be read. */
  readonly readAt: Date | null;
}

export async function findKnownFiles(
  db: Queryable,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
): Promise<Map<string, KnownFile>> {
  const { rows } = await db.query<KnownFile>(SQL`SELECT folder, name, bytes, modified_at AS "modifiedAt",
      seen_at AS "seenAt", read_at AS "readAt"
    FROM print_response_files WHERE folder = ${folder} AND name = ANY(${[...names]}::text[])`);
  return new Map(rows.map((file) => [file.name, file]));
}

/** Notes files that are new, or not as they were: they are to be read. */
export async function noteNewFiles(db: Queryable, files: readonly ProviderFile[], at: Date): Promise<void> {
  await db.query({
    text: `INSERT INTO print_response_files (folder, name, bytes, modified_at, seen_at)
      SELECT given.*, $5 FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamp[]) AS given
      ON CONFLICT (folder, name) DO UPDATE SET bytes = excluded.bytes, modified_at = excluded.modified_at,
        seen_at = excluded.seen_at, read_at = NULL, problem = NULL`,
    values: [
      files.map(({ folder }) => folder),
      files.map(({ name }) => name),
      files.map(({ bytes }) => bytes),
      files.map(({ modifiedAt }) => modifiedAt),
      at,
    ],
  });
}

/** Notes that files are still there. */
export async function noteSeenFiles(
  db: Queryable,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
  at: Date,
): Promise<void> {
  await db.query(SQL`UPDATE print_response_files SET seen_at = ${at}
    WHERE folder = ${folder} AND name = ANY(${[...names]}::text[])`);
}

/** Notes that a file was read, and why nothing of it was applied, if so. */
export async function noteReadFile(
  db: Queryable,
  { folder, name, problem }: Pick<ProviderFile, 'folder' | 'name'> & { readonly problem: string | null },
  at: Date,
): Promise<void> {
  await db.query(SQL`UPDATE print_response_files SET read_at = ${at}, problem = ${problem}
    WHERE folder = ${folder} AND name = ${name}`);
}

/** Forgets files that have long been gone. */
export async function deleteGoneFiles(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM print_response_files WHERE (folder, name) IN (
    SELECT folder, name FROM print_response_files WHERE seen_at < ${before} LIMIT ${limit})`);
  return rowCount ?? 0;
}
