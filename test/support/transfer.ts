/** Exports and imports as tests need them, on the test keys. */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { Queryable } from '../../src/lib/db/database.ts';
import { secretStores } from '../../src/lib/secret-stores.ts';
import { exportDatabase, type ExportInput, type ExportResult } from '../../src/lib/transfer/export-database.ts';
import { toFile } from '../../src/lib/transfer/export-destination.ts';
import { readFrames, writeFrames, type Frame } from '../../src/lib/transfer/export-frames.ts';
import type { ExportHeader } from '../../src/lib/transfer/export-header.ts';
import { importDatabase, type ImportInput, type ImportResult } from '../../src/lib/transfer/import-database.ts';
import { openExport } from '../../src/lib/transfer/read-export.ts';
import { testSecretKeys } from './secret-keys.ts';

const secretKeys = parseSecretKeys(testSecretKeys);

/** Exports a database to a file, or where the input says. */
export function exportTo(file: string, url: string, input: Partial<ExportInput> = {}): Promise<ExportResult> {
  const deps = { url, clock: systemClock, secretKeys, secretStores };
  return exportDatabase(deps, { destination: () => toFile(file), ...input });
}

/** Imports a file, or its bytes. */
export async function importFrom(
  source: string | Buffer,
  url: string,
  input: Partial<ImportInput> = {},
): Promise<ImportResult> {
  const open = await openExport(typeof source === 'string' ? source : Readable.from([source]));
  try {
    return await importDatabase({ url }, { source: open, secretKeys, ...input });
  } finally {
    open.close();
  }
}

/** Every row of every table, as text. */
export async function contentOf(db: Queryable): Promise<Record<string, string[]>> {
  const { rows: tables } = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' ORDER BY 1`,
  );
  const content: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await db.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 1`);
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}

/** An export with another header and a right checksum. */
export async function withHeader(file: string, change: (header: ExportHeader) => ExportHeader): Promise<Buffer> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(Readable.from([gunzipSync(await readFile(file))]))) {
    const isHeader = frame.type === 'H';
    const header = isHeader ? change(JSON.parse(frame.payload.toString()) as ExportHeader) : null;
    frames.push(header === null ? frame : { type: 'H', payload: Buffer.from(JSON.stringify(header)) });
  }
  return gzipSync(await buffer(Readable.from(writeFrames(Readable.from(frames)))));
}
