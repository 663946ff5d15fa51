import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../core/errors.ts';

/** Folder of the migrations that belong to this version of the program. */
export const migrationsDir = fileURLToPath(new URL('../../../migrations', import.meta.url));

export const migrationFilePattern = /^\d{4}_[a-z0-9_]+\.(sql|js)$/;

export interface MigrationFile {
  /** File name without extension, as recorded in the database. */
  readonly name: string;
  readonly path: string;
}

/** The migrations of a folder in their order. */
export async function listMigrationFiles(dir = migrationsDir): Promise<MigrationFile[]> {
  const files = (await readdir(dir)).filter((file) => migrationFilePattern.test(file)).sort();
  return files.map((file) => ({ name: file.replace(/\.(sql|js)$/, ''), path: join(dir, file) }));
}

/** What a migration will run, for a dry run. */
export async function readMigration({ path }: MigrationFile): Promise<string> {
  return readFile(path, 'utf8');
}

/**
 * Writes an empty migration with the next number and returns its path.
 *
 * @throws AppError USAGE_INVALID when the name is not lower-case words joined by `_`; REFUSED outside a source checkout
 */
export async function createMigrationFile(name: string, dir = migrationsDir): Promise<string> {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new AppError(
      'USAGE_INVALID',
      `'${name}' is not a migration name: expected lower-case words joined by _, such as add_inbound_numbers`,
    );
  }
  if (!existsSync(join(dir, '..', 'src'))) {
    throw new AppError('REFUSED', 'Migrations are part of the program and are only created in a source checkout', {
      hint: 'Clone the project and run the command there.',
    });
  }
  const files = await listMigrationFiles(dir);
  if (files.some((file) => file.name.slice(5) === name)) {
    throw new AppError('CONFLICT', `There is a migration named '${name}' already`);
  }
  const next = Number(files.at(-1)?.name.slice(0, 4) ?? '0') + 1;
  const path = join(dir, `${String(next).padStart(4, '0')}_${name}.sql`);
  const header = '-- Forward only. One strong lock per migration; NOT VALID first, VALIDATE in a later one.\n\n';
  await writeFile(path, header, { flag: 'wx' });
  return path;
}
