import { isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { countSealedByKey, listSealedWithOtherKeys, type SealedValue } from '../db/sealed-column.ts';
import { keyIdOfStored, nameOfStore, unknownForm, type ResealedValue, type SecretStore } from './secret-store.ts';

export interface RotateInput {
  readonly stores: readonly SecretStore[];
  /** Only count. */
  readonly dryRun?: boolean;
  /** Values that one statement replaces. */
  readonly batchSize?: number;
  /** Called after each batch with the values looked at so far and, from the count at the start, in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops after the batch in hand; what is done stays done. */
  readonly signal?: AbortSignal;
}

export interface RotatedStore {
  readonly store: string;
  /** Values by key id before, those of the current key left out. */
  readonly outdated: Readonly<Record<string, number>>;
  readonly rotated: number;
  /** Values by key id that no configured key opens: left as they are. */
  readonly unreadable: Readonly<Record<string, number>>;
}

export interface RotateResult {
  readonly currentKeyId: string;
  readonly stores: readonly RotatedStore[];
  /** Values that are not under the current key at the end, by key id; in a dry run those that would be rotated. */
  readonly remaining: Readonly<Record<string, number>>;
}

/**
 * Re-encrypts every stored secret with the first configured key, in batches by primary key. It may be stopped and
 * repeated at any time, and run twice at once: values under the current key are skipped, and a value that changed
 * meanwhile is left to whoever changed it.
 */
export async function rotateSecrets(
  { db, secretBox }: { db: Database; secretBox: SecretBox },
  input: RotateInput,
): Promise<RotateResult> {
  const { stores, dryRun = false, batchSize = 500, onProgress = () => undefined, signal } = input;
  const counts = new Map<SecretStore, Record<string, number>>();
  for (const store of stores) counts.set(store, await countOutdated(db, secretBox, store));
  const total = [...counts.values()].reduce((sum, outdated) => sum + sumOf(outdated), 0);

  const results: RotatedStore[] = [];
  let done = 0;
  for (const store of stores) {
    const result = { rotated: 0, unreadable: {} as Record<string, number> };
    let after: SealedValue | null = null;
    while (!dryRun && !signal?.aborted) {
      const page = { keyId: secretBox.currentKeyId, after, limit: batchSize };
      const values: SealedValue[] = await listSealedWithOtherKeys(db, store, page);
      after = values.at(-1) ?? null;
      if (after === null) break;
      const readable = values.flatMap((value) => reseal(secretBox, store, value, result.unreadable));
      if (readable.length > 0) result.rotated += await store.replace(db, readable);
      done += values.length;
      onProgress(Math.min(done, total), total);
    }
    results.push({ store: nameOfStore(store), outdated: counts.get(store) ?? {}, ...result });
  }

  const remaining: Record<string, number> = {};
  for (const store of stores) {
    const left = dryRun ? (counts.get(store) ?? {}) : await countOutdated(db, secretBox, store);
    for (const [keyId, count] of Object.entries(left)) remaining[keyId] = (remaining[keyId] ?? 0) + count;
  }
  return { currentKeyId: secretBox.currentKeyId, stores: results, remaining };
}

async function countOutdated(
  db: Database,
  { currentKeyId }: SecretBox,
  store: SecretStore,
): Promise<Record<string, number>> {
  const counts = [...(await countSealedByKey(db, store))].filter(([keyId]) => keyId !== currentKeyId);
  return Object.fromEntries(counts.map(([keyId, count]) => [keyId ?? unknownForm, count]));
}

/** The value under the current key, or nothing when no configured key opens it, which is then counted. */
function reseal(
  secretBox: SecretBox,
  { context }: SecretStore,
  { id, version, sealed }: SealedValue,
  unreadable: Record<string, number>,
): ResealedValue[] {
  try {
    const secret = secretBox.open(sealed, context);
    return [
      { id, version, from: sealed, to: secretBox.seal(secret, context), digest: secretBox.digest(secret, context) },
    ];
  } catch (error) {
    if (!isAppError(error, 'SECRET_UNREADABLE')) throw error;
    const keyId = keyIdOfStored(sealed);
    unreadable[keyId] = (unreadable[keyId] ?? 0) + 1;
    return [];
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
