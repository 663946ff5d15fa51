import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { withCopySession, type CopySession } from '../db/copy-session.ts';
import { readExpectedSchema } from '../db/expected-schema.ts';
import { assertSchemaCurrent, readSchemaStatus } from '../db/schema-status.ts';
import { countSealedByKey } from '../db/sealed-column.ts';
import { productVersion } from '../observability/version.ts';
import { readLiveJobs } from '../queue/transfer-jobs.ts';
import { schemaSteps } from '../schema-steps.ts';
import { fingerprintOf } from '../secrets/key-fingerprint.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { ExportDestination } from './export-destination.ts';
import { countRowsIn, writeFrames, type Frame } from './export-frames.ts';
import {
  exportFormat,
  exportVersion,
  jobsTable,
  totalRows,
  type ExportHeader,
  type NeededKey,
} from './export-header.ts';
import { orderByReferences } from './table-order.ts';
import {
  copySource,
  countRows,
  listAppliedMigrations,
  listTables,
  readServerVersion,
  type TransferTable,
} from './transfer-repository.ts';

export interface ExportDeps {
  readonly url: string;
  readonly clock: Clock;
  /** The configured keys, for telling apart keys of the same id later; none is written anywhere. */
  readonly secretKeys: readonly SecretKey[];
  readonly secretStores: readonly SecretStore[];
}

export interface ExportInput {
  /** Opens the place to write to, once it is clear that there is something to write. */
  readonly destination: () => Promise<ExportDestination>;
  readonly onProgress?: (doneRows: number, totalRows: number) => void;
  /** Gives up: the destination is left as it was. */
  readonly signal?: AbortSignal;
}

export interface ExportResult {
  readonly header: ExportHeader;
  /** Compressed. */
  readonly bytes: number;
  /** Tables beside ours, which were left out. */
  readonly foreignTables: readonly string[];
}

// The tables compress well at any level, and the fastest one keeps up with the database.
const compressionLevel = 1;

/**
 * Writes every table of ours, and the jobs that wait or run, as they are at one moment. Traffic goes on meanwhile; what
 * is accepted after that moment is not in the export.
 *
 * @throws AppError SCHEMA_PENDING, SCHEMA_NEWER, DATABASE_UNAVAILABLE, LOCKED
 */
export async function exportDatabase(deps: ExportDeps, input: ExportInput): Promise<ExportResult> {
  const { signal } = input;
  const session = { url: deps.url, applicationName: 'notify db export', mode: 'snapshot', signal } as const;
  return withCopySession(session, async (snapshot) => {
    assertSchemaCurrent(await readSchemaStatus(snapshot, schemaSteps));
    const { tables: expected } = await readExpectedSchema();
    const found = await listTables(snapshot);
    const tables = orderByReferences(found.filter(({ name }) => expected[name] !== undefined));
    const destination = await input.destination();
    try {
      const header = await describe(deps, snapshot, tables);
      const bytes = await write(snapshot, tables, header, destination, input);
      await destination.complete();
      const foreignTables = found.map(({ name }) => name).filter((name) => expected[name] === undefined);
      return { header, bytes, foreignTables };
    } catch (error) {
      await destination.discard();
      throw error;
    }
  });
}

async function describe(
  { clock, secretKeys, secretStores }: ExportDeps,
  snapshot: CopySession,
  tables: readonly TransferTable[],
): Promise<ExportHeader> {
  const rows = [];
  for (const { name } of tables) rows.push({ name, rows: await countRows(snapshot, name) });
  return {
    format: exportFormat,
    version: exportVersion,
    created_at: clock.now().toISOString(),
    program_version: productVersion().version,
    server_version: await readServerVersion(snapshot),
    migrations: await listAppliedMigrations(snapshot),
    tables: rows,
    jobs: (await readLiveJobs(snapshot)).count,
    secret_keys: await listNeededKeys(snapshot, secretKeys, secretStores),
  };
}

async function listNeededKeys(
  snapshot: CopySession,
  keys: readonly SecretKey[],
  stores: readonly SecretStore[],
): Promise<NeededKey[]> {
  const values = new Map<string, number>();
  for (const store of stores) {
    for (const [keyId, count] of await countSealedByKey(snapshot, store)) {
      if (keyId !== null) values.set(keyId, (values.get(keyId) ?? 0) + count);
    }
  }
  return [...values].map(([id, count]) => {
    const key = keys.find((candidate) => candidate.id === id);
    return { id, fingerprint: key === undefined ? null : fingerprintOf(key), values: count };
  });
}

async function write(
  snapshot: CopySession,
  tables: readonly TransferTable[],
  header: ExportHeader,
  destination: ExportDestination,
  { onProgress, signal }: ExportInput,
): Promise<number> {
  let bytes = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const frames = writeFrames(exportFrames(snapshot, tables, header, onProgress));
  await pipeline(frames, createGzip({ level: compressionLevel }), count, destination.stream, {
    end: destination.ends,
    ...(signal !== undefined && { signal }),
  });
  return bytes;
}

async function* exportFrames(
  snapshot: CopySession,
  tables: readonly TransferTable[],
  header: ExportHeader,
  onProgress: ExportInput['onProgress'],
): AsyncGenerator<Frame> {
  const total = totalRows(header);
  let done = 0;
  yield { type: 'H', payload: toJson(header) };
  const parts = tables.map((table) => ({ name: table.name, columns: table.columns, source: copySource(table) }));
  const jobs = { name: jobsTable, columns: [], source: (await readLiveJobs(snapshot)).source };
  for (const { name, columns, source } of [...parts, jobs]) {
    yield { type: 'T', payload: toJson({ name, columns }) };
    let rows = 0;
    for await (const chunk of snapshot.copyOut(source) as AsyncIterable<Buffer>) {
      rows += countRowsIn(chunk);
      yield { type: 'D', payload: chunk };
      onProgress?.(done + rows, total);
    }
    done += rows;
    yield { type: 'E', payload: toJson({ rows }) };
  }
}

function toJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
