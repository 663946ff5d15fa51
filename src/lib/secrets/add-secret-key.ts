import { randomBytes } from 'node:crypto';
import { readSecretKeys, secretKeysFile } from '../config/read-secret-keys.ts';
import type { Config } from '../config/schema.ts';
import { formatSecretKeys } from '../config/secret-keys.ts';
import { AppError } from '../core/errors.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { embeddedDatabaseStatus } from '../db/embedded/embedded-database-status.ts';
import { createHome } from '../db/embedded/layout.ts';
import { writeOwnFile } from '../db/embedded/own-files.ts';
import { acquireStateMutex } from '../db/embedded/state-mutex.ts';

const mutexWaitMs = 30_000;

/**
 * Makes a new key and puts it first in the key file of an embedded database; when it resolves, the disk has it. The
 * older keys stay, as stored secrets still need them.
 *
 * @returns the id of the new key
 * @throws AppError REFUSED when keys are configured, or while other processes, which do not know the new key, use the
 *   database
 */
export async function addSecretKey(
  config: Pick<Config, 'secretKeys' | 'databaseUrl' | 'stateDir'>,
): Promise<{ keyId: string }> {
  const { stateDir } = config;
  if (config.secretKeys !== null || config.databaseUrl !== null) {
    throw new AppError('REFUSED', 'Only the keys that an embedded database made for itself can be added to', {
      hint: 'Put a new key first in NOTIFY_SECRET_KEYS, keep the older ones behind it, and run this without --new-key.',
    });
  }
  const mutex = await acquireStateMutex(await createHome(stateDir), { waitMs: mutexWaitMs });
  try {
    const { attachedProcesses } = await embeddedDatabaseStatus(stateDir);
    if (attachedProcesses > 0) {
      throw new AppError('REFUSED', `${attachedProcesses} other notify processes use the database of ${stateDir}`, {
        hint: 'Stop them first: they would not know the new key. Start them again afterwards.',
      });
    }
    const keys = await readSecretKeys(config);
    const keyId = nextKeyId(keys);
    const text = formatSecretKeys([{ id: keyId, key: randomBytes(32) }, ...keys]);
    await writeOwnFile(secretKeysFile(stateDir), `${text}\n`, true);
    return { keyId };
  } finally {
    await mutex.release();
  }
}

/** `local1`, `local2`, …: higher than any that the file has. */
function nextKeyId(keys: readonly SecretKey[]): string {
  const numbers = keys.map(({ id }) => Number(/^local(\d+)$/.exec(id)?.[1] ?? 0));
  return `local${Math.max(0, ...numbers) + 1}`;
}
