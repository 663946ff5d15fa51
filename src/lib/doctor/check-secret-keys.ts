import { stat } from 'node:fs/promises';
import { findSecretKeys, readSecretKeys, secretKeysFile } from '../config/read-secret-keys.ts';
import type { Config } from '../config/schema.ts';
import { isAppError } from '../core/errors.ts';
import { createSecretBox, type SecretBox, type SecretKey } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { secretStores } from '../secret-stores.ts';
import { checkSecrets } from '../secrets/check-secrets.ts';
import { ok, warning, wrong, type Check } from './check.ts';

/** Whether there are keys, and the keys: null when there are none or they cannot be read. */
export async function checkSecretKeys(
  config: Pick<Config, 'secretKeys' | 'databaseUrl' | 'stateDir'>,
): Promise<{ check: Check; keys: readonly SecretKey[] | null }> {
  const name = 'secret-keys';
  try {
    // On an external database, missing keys are an error, which this words.
    const keys = config.databaseUrl === null ? await findSecretKeys(config) : await readSecretKeys(config);
    if (keys === null) return { check: ok(name, 'none yet: the first `notify serve` makes them'), keys };
    const file = config.secretKeys === null ? secretKeysFile(config.stateDir) : null;
    const ids = keys.map(({ id }) => `'${id}'`).join(', ');
    if (file !== null && (await isOpenToOthers(file)))
      return { check: warning(name, `${file} can be read by other accounts`, `chmod 600 ${file}`), keys };
    return { check: ok(name, `${ids}${file === null ? '' : ` in ${file}`}; the first encrypts`), keys };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { check: wrong(name, error.message, error.hint ?? null), keys: null };
  }
}

async function isOpenToOthers(file: string): Promise<boolean> {
  return process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0;
}

/** Whether a sample of the stored secrets can be decrypted. */
export async function checkStoredSecrets(db: Queryable, keys: readonly SecretKey[] | null): Promise<Check> {
  const name = 'stored-secrets';
  const secretBox: SecretBox | null = keys === null ? null : createSecretBox(keys);
  const { sampled, olderKeys, unreadable } = await checkSecrets({ db, secretBox }, { stores: secretStores });
  if (unreadable.length > 0) {
    const places = unreadable.map(({ store, keyId }) => `${store} (key '${keyId}')`).join(', ');
    const hint = 'Add the missing key to NOTIFY_SECRET_KEYS, or restore the file secret-keys of the state folder.';
    return wrong(name, `some cannot be decrypted: ${places}`, hint);
  }
  if (olderKeys.length > 0) {
    const hint = '`notify config rotate-keys` encrypts them with the first key.';
    return ok(name, `a sample of ${sampled} opens; some still need ${olderKeys.join(', ')}`, hint);
  }
  return ok(name, sampled === 0 ? 'none stored yet' : `a sample of ${sampled} opens`);
}
