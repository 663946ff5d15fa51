import type { Queryable } from './database.ts';

/** A part of the schema that is not in `migrations/` but installed by a library, like the queue's. */
export interface SchemaStep {
  readonly name: string;
  /** What `apply` would do, as SQL; empty when the database is up to date. Never changes anything. */
  plan(db: Queryable): Promise<string[]>;
  /** Brings the database up to date. */
  apply(db: Queryable): Promise<void>;
  /** True when the database holds a newer version than this program knows. */
  isNewer(db: Queryable): Promise<boolean>;
}
