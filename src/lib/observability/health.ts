import type { Queryable } from '../db/database.ts';
import { readLatestMigration } from '../db/schema-status.ts';
import { productVersion } from './version.ts';

export interface Health {
  readonly commit: string;
  readonly builtAt: string;
  readonly schemaVersion: string;
}

/** What is running, on which schema. @throws AppError DATABASE_UNAVAILABLE */
export async function readHealth({ db }: { db: Queryable }): Promise<Health> {
  return { ...productVersion(), schemaVersion: await readLatestMigration(db) };
}
