import { AppError, isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { sampleSealed } from '../db/sealed-column.ts';
import { keyIdOfStored, nameOfStore, type SecretStore } from './secret-store.ts';

export interface SecretsCheck {
  readonly sampled: number;
  /** Ids of keys other than the first that values of the sample still need. */
  readonly olderKeys: readonly string[];
  /** Values that do not open: where they are, and the id of the key they were stored with. */
  readonly unreadable: readonly { readonly store: string; readonly keyId: string }[];
}

/**
 * Tries to open some of the oldest and newest values of each store.
 *
 * @param deps without a secret box, for want of keys, every value is unreadable
 */
export async function checkSecrets(
  { db, secretBox }: { db: Queryable; secretBox: SecretBox | null },
  { stores, limit = 50 }: { stores: readonly SecretStore[]; limit?: number },
): Promise<SecretsCheck> {
  let sampled = 0;
  const olderKeys = new Set<string>();
  const unreadable = new Map<string, SecretsCheck['unreadable'][number]>();
  for (const store of stores) {
    for (const sealed of await sampleSealed(db, store, limit)) {
      sampled += 1;
      const keyId = keyIdOfStored(sealed);
      try {
        if (secretBox === null) throw new AppError('SECRET_UNREADABLE', 'There are no keys');
        secretBox.open(sealed, store.context);
        if (keyId !== secretBox.currentKeyId) olderKeys.add(keyId);
      } catch (error) {
        if (!isAppError(error, 'SECRET_UNREADABLE')) throw error;
        unreadable.set(`${nameOfStore(store)} ${keyId}`, { store: nameOfStore(store), keyId });
      }
    }
  }
  return { sampled, olderKeys: [...olderKeys], unreadable: [...unreadable.values()] };
}
