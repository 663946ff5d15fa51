import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../core/errors.ts';
import type { SecretKey } from '../core/secret-box.ts';
import type { Config } from './schema.ts';
import { formatSecretKeys, parseSecretKeys } from './secret-keys.ts';

/**
 * The keys that encrypt stored secrets: configured, or, on the embedded database, generated once into the state folder.
 *
 * @throws AppError CONFIG_INVALID on an external database without keys, or when the generated file is unreadable
 */
export async function readSecretKeys({
  secretKeys,
  databaseUrl,
  stateDir,
}: Pick<Config, 'secretKeys' | 'databaseUrl' | 'stateDir'>): Promise<readonly SecretKey[]> {
  if (secretKeys !== null) return secretKeys;
  if (databaseUrl !== null) {
    throw new AppError(
      'CONFIG_INVALID',
      'NOTIFY_SECRET_KEYS is not set: with DATABASE_URL, the keys that encrypt stored secrets must be given',
      {
        hint: 'Make one with `echo "k1:$(openssl rand -base64 32)"` and give every process the same.',
      },
    );
  }
  const path = secretKeysFile(stateDir);
  const existing = await readKeyFile(path);
  if (existing !== null) return existing;
  await mkdir(stateDir, { recursive: true });
  const generated: SecretKey[] = [{ id: 'local1', key: randomBytes(32) }];
  // A complete file linked into place: of two processes that start at once, both end up with the first one's keys.
  // Process ids are no names for it: in containers that share the folder every process is number 1.
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${formatSecretKeys(generated)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readKeyFile(path)) ?? generated;
}

/**
 * `readSecretKeys`, but keys that were not made yet stay so: null when there are none.
 *
 * @throws AppError CONFIG_INVALID when the generated file is unreadable
 */
export async function findSecretKeys({
  secretKeys,
  databaseUrl,
  stateDir,
}: Pick<Config, 'secretKeys' | 'databaseUrl' | 'stateDir'>): Promise<readonly SecretKey[] | null> {
  if (secretKeys !== null || databaseUrl !== null) return secretKeys;
  return readKeyFile(secretKeysFile(stateDir));
}

/** Where the keys of an embedded database are generated. */
export function secretKeysFile(stateDir: string): string {
  return join(stateDir, 'secret-keys');
}

async function readKeyFile(path: string): Promise<readonly SecretKey[] | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('CONFIG_INVALID', `The secret keys in ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    return parseSecretKeys(text.trim());
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `The secret keys in ${path} cannot be used: ${messageOf(error)}`, {
      hint: 'Without these keys, API keys and personalisation in the database cannot be decrypted: restore the file.',
    });
  }
}
