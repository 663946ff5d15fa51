import type { Queryable } from '../db/database.ts';
import { replaceSealed, type SealedColumn, type SealedValue } from '../db/sealed-column.ts';

/** A place where encrypted values are stored. Its domain says how they are replaced. */
export interface SecretStore extends SealedColumn {
  /** What the values are authenticated with (`SecretBox.seal`). */
  readonly context: string;
  /**
   * Replaces values that still read `from`, and leaves everything else of their rows alone. Returns how many it
   * replaced.
   */
  readonly replace: (db: Queryable, values: readonly ResealedValue[]) => Promise<number>;
}

/** A value that is to be stored under another key. */
export interface ResealedValue extends Pick<SealedValue, 'id' | 'version'> {
  readonly from: string;
  readonly to: string;
  /** For columns that keep a keyed digest beside the value. */
  readonly digest: string;
}

/** A store of one column of current rows, which nothing else of the row depends on. */
export function columnStore(place: { table: string; column: string; context: string }): SecretStore {
  return { ...place, isHistory: false, replace: (db, values) => replaceSealed(db, place, values) };
}

/** The place as reports call it, e.g. `api_keys.secret`. */
export function nameOfStore({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

/** Stands for a key id where a value has no known form: it may be a secret in plain text and is not repeated. */
export const unknownForm = 'unknown form';

/** The id of the key that a stored value needs. */
export function keyIdOfStored(sealed: string): string {
  return /^v1\.([A-Za-z0-9_-]+)\./.exec(sealed)?.[1] ?? unknownForm;
}
