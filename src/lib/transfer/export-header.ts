import { AppError } from '../core/errors.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { fingerprintOf } from '../secrets/key-fingerprint.ts';

/** The first part of an export: what is in it, and what it takes to use it. */
export interface ExportHeader {
  readonly format: typeof exportFormat;
  readonly version: typeof exportVersion;
  readonly created_at: string;
  /** The program that wrote it. */
  readonly program_version: string;
  readonly server_version: string;
  /** The migrations that the database had, in order. */
  readonly migrations: readonly string[];
  /** Tables in the order of their rows: none comes before one that it refers to. */
  readonly tables: readonly ExportedTable[];
  /** Jobs that waited or ran. */
  readonly jobs: number;
  /** The keys that secrets in the tables need. They are not in the export. */
  readonly secret_keys: readonly NeededKey[];
}

export interface ExportedTable {
  readonly name: string;
  readonly rows: number;
}

export interface NeededKey {
  readonly id: string;
  /** Tells the key from others of the same id; null when the exporting process did not have it either. */
  readonly fingerprint: string | null;
  /** Values stored with it. */
  readonly values: number;
}

export const exportFormat = 'notify-export';
export const exportVersion = 1;

/** The name of the part that holds the jobs; no table of ours has a dot. */
export const jobsTable = 'pgboss.job';

/** Rows of all parts. */
export function totalRows({ tables, jobs }: ExportHeader): number {
  return tables.reduce((sum, { rows }) => sum + rows, jobs);
}

/** @throws AppError USAGE_INVALID for what is no export, or one of a newer format; CHECK_FAILED for a damaged one */
export function parseHeader(text: string): ExportHeader {
  const header = parseObject(text);
  if (header?.['format'] !== exportFormat) throw notAnExport();
  if (header['version'] !== exportVersion) {
    throw new AppError('USAGE_INVALID', `The export has format version ${String(header['version'])}; known here: 1`, {
      hint: 'Use the version of notify that wrote it, or a newer one.',
    });
  }
  if (!isComplete(header)) throw new AppError('CHECK_FAILED', 'The export is damaged: its header is not complete');
  return header as unknown as ExportHeader;
}

function isComplete(header: Record<string, unknown>): boolean {
  const isText = (value: unknown): boolean => typeof value === 'string';
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isListOf = (name: string, isItem: (item: Record<string, unknown>) => boolean): boolean =>
    Array.isArray(header[name]) &&
    header[name].every((item) => typeof item === 'object' && item !== null && isItem(item as Record<string, unknown>));
  return (
    ['created_at', 'program_version', 'server_version'].every((name) => isText(header[name])) &&
    Array.isArray(header['migrations']) &&
    header['migrations'].every(isText) &&
    isListOf('tables', ({ name, rows }) => isText(name) && isCount(rows)) &&
    isCount(header['jobs']) &&
    isListOf(
      'secret_keys',
      ({ id, fingerprint, values }) => isText(id) && (fingerprint === null || isText(fingerprint)) && isCount(values),
    )
  );
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function notAnExport(cause?: unknown): AppError {
  return new AppError('USAGE_INVALID', 'This is no file that `notify db export` wrote', { cause });
}

/**
 * Rows of another schema do not fit.
 *
 * @param migrations those of the program, which the database has, too
 * @throws AppError SCHEMA_NEWER or SCHEMA_PENDING, as seen from the program
 */
export function assertSameSchema(header: ExportHeader, migrations: readonly string[]): void {
  const unknown = header.migrations.filter((name) => !migrations.includes(name));
  const missing = migrations.filter((name) => !header.migrations.includes(name));
  if (unknown.length > 0) {
    throw new AppError('SCHEMA_NEWER', `The export was made on a newer schema (unknown here: ${unknown.join(', ')})`, {
      hint: `Import it with notify ${header.program_version}, which wrote it.`,
      details: { unknown },
    });
  }
  if (missing.length > 0) {
    throw new AppError('SCHEMA_PENDING', `The export was made on an older schema (it lacks: ${missing.join(', ')})`, {
      hint: `Migrate and import with notify ${header.program_version}, which wrote it; then run \`notify db migrate\` of this version.`,
      details: { missing },
    });
  }
}

/** The keys that an export needs and that are not among `keys`: no key of this id, or another one. */
export function findMissingKeys(header: ExportHeader, keys: readonly SecretKey[]): NeededKey[] {
  return header.secret_keys.filter(({ id, fingerprint }) => {
    const key = keys.find((candidate) => candidate.id === id);
    return key === undefined || (fingerprint !== null && fingerprint !== fingerprintOf(key));
  });
}
