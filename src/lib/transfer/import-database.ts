import { pipeline } from 'node:stream/promises';
import { counted } from '../core/counted.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { withCopySession, type CopySession } from '../db/copy-session.ts';
import { readExpectedSchema, type ExpectedSchema } from '../db/expected-schema.ts';
import { assertSchemaCurrent, readSchemaStatus } from '../db/schema-status.ts';
import { storeTransferredJobs } from '../queue/transfer-jobs.ts';
import { schemaSteps } from '../schema-steps.ts';
import { countRowsIn, damaged } from './export-frames.ts';
import { assertSameSchema, findMissingKeys, jobsTable, totalRows, type NeededKey } from './export-header.ts';
import type { OpenExport, OpenTable } from './read-export.ts';
import {
  advanceSequences,
  analyzeTables,
  copyTarget,
  countRows,
  emptyTables,
  lockTables,
} from './transfer-repository.ts';

export interface ImportInput {
  readonly source: OpenExport;
  /** Keys with which this installation decrypts. */
  readonly secretKeys: readonly SecretKey[];
  /** Take the export although some of its secrets cannot be decrypted here. */
  readonly acceptMissingKeys?: boolean;
  readonly onProgress?: (doneRows: number, totalRows: number) => void;
  readonly signal?: AbortSignal;
}

export interface ImportResult {
  readonly rows: number;
  readonly jobs: number;
  readonly missingKeys: readonly NeededKey[];
}

// Grows by itself when a server starts with other providers configured.
const growsByItself = 'provider_details_history';

/**
 * Fills an empty, migrated database with an export, in one transaction: all of it is there at the end, or nothing.
 *
 * @throws AppError REFUSED when the database holds anything, or keys are missing; SCHEMA_NEWER or SCHEMA_PENDING when the
 *   schemas differ; CHECK_FAILED when the export is damaged; LOCKED while others use the database
 */
export async function importDatabase({ url }: { url: string }, input: ImportInput): Promise<ImportResult> {
  const { source, secretKeys, acceptMissingKeys = false } = input;
  const { header } = source;
  const expected = await readExpectedSchema();
  assertSameSchema(header, expected.migrations);
  const missingKeys = findMissingKeys(header, secretKeys);
  if (missingKeys.length > 0 && !acceptMissingKeys) throw keysMissing(missingKeys);

  const tables = Object.keys(expected.tables);
  const session = { url, applicationName: 'notify db import', mode: 'load' } as const;
  const result = await withCopySession({ ...session, signal: input.signal }, async (tx) => {
    assertSchemaCurrent(await readSchemaStatus(tx, schemaSteps));
    await lockTables(tx, tables);
    await assertEmpty(tx, expected);
    await emptyTables(tx, tables);
    const { rows, jobs } = await loadTables(tx, expected, input);
    for (const table of tables) await advanceSequences(tx, table);
    return { rows, jobs, missingKeys };
  });
  // The import is done; without statistics the server gathers them in its own time.
  await withCopySession(session, (tx) => analyzeTables(tx, tables)).catch(() => undefined);
  return result;
}

async function assertEmpty(tx: CopySession, { tables, seedRows }: ExpectedSchema): Promise<void> {
  for (const table of Object.keys(tables).filter((name) => name !== growsByItself)) {
    const seeded = seedRows[table] ?? 0;
    if ((await countRows(tx, table, seeded + 1)) <= seeded) continue;
    throw new AppError('REFUSED', `The database is not empty: the table ${table} has rows`, {
      hint: 'An export only goes into a new database. Make one and run `notify db migrate`, or use another --state-dir.',
      details: { table },
    });
  }
}

async function loadTables(
  tx: CopySession,
  { tables }: ExpectedSchema,
  { source, onProgress, signal }: ImportInput,
): Promise<{ rows: number; jobs: number }> {
  const { header } = source;
  const total = totalRows(header);
  const loaded = new Map<string, number>();
  let done = 0;
  let jobs = 0;
  for await (const table of source.tables()) {
    const before = done;
    const load = (target: string): Promise<number> =>
      loadRows(tx, table, target, {
        signal,
        onRows(rows) {
          done = before + rows;
          onProgress?.(done, total);
        },
      });
    if (table.name === jobsTable) jobs = (await storeTransferredJobs(tx, load)).stored;
    else {
      if (tables[table.name] === undefined) throw damaged(`it has the unknown table '${table.name}'`);
      loaded.set(table.name, await load(copyTarget(table)));
    }
  }
  for (const { name, rows } of header.tables) {
    if (loaded.get(name) !== rows) throw damaged(`the table ${name} does not have ${counted(rows, 'row')}`);
  }
  return { rows: [...loaded.values()].reduce((sum, rows) => sum + rows, 0), jobs };
}

async function loadRows(
  tx: CopySession,
  table: OpenTable,
  target: string,
  { signal, onRows }: { signal: AbortSignal | undefined; onRows: (rows: number) => void },
): Promise<number> {
  let rows = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      rows += countRowsIn(chunk);
      yield chunk;
      onRows(rows);
    }
  };
  const copy = tx.copyIn(target);
  try {
    await pipeline(table.data, count, copy, signal === undefined ? {} : { signal });
  } catch (error) {
    // The schema is the same: what the database does not take is not what was written.
    if (isAboutData(error)) throw damaged(`${table.name}: ${messageOf(error)}`, error);
    throw error;
  }
  if (rows !== table.rows() || rows !== copy.rowCount)
    throw damaged(`${table.name} says ${counted(table.rows(), 'row')} and has ${rows}`);
  return rows;
}

/** Data exceptions, violated constraints, unknown columns. */
function isAboutData(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(22|23|42)\w{3}$/.test(code);
}

function keysMissing(missing: readonly NeededKey[]): AppError {
  const names = missing.map(({ id, values }) => `'${id}' (${counted(values, 'value')})`).join(', ');
  return new AppError('REFUSED', `Secrets in the export need keys that are not configured here: ${names}`, {
    hint: 'Give NOTIFY_SECRET_KEYS of the exported system, or copy the file secret-keys of its state folder into this one. API keys stop working without them.',
    details: { keys: missing.map(({ id }) => id) },
  });
}
