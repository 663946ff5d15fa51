import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { counted } from '../core/counted.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { createIds } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { embeddedDatabaseStatus } from '../db/embedded/embedded-database-status.ts';
import { createProviderRegistry } from '../providers/create-provider-registry.ts';
import { storageFolder } from '../storage/create-object-store.ts';
import { checkPrinter } from './check-printer.ts';
import { checkReach } from './check-providers.ts';
import { checkRedis } from './check-redis.ts';
import { checkSecretKeys } from './check-secret-keys.ts';
import { checkDisk, checkStateFolder, checkStoredFiles } from './check-storage.ts';
import { ok, wrong, type Check } from './check.ts';
import { diagnoseDatabase } from './diagnose-database.ts';

export interface DoctorDeps {
  /** Throws CONFIG_INVALID. */
  readonly loadConfig: () => Promise<LoadedConfig>;
  readonly onNotice?: (line: string) => void;
  readonly clock?: Clock;
}

export interface Diagnosis {
  readonly checks: readonly Check[];
  /** True when checks are missing because the database does not answer. */
  readonly isDatabaseDown: boolean;
}

/**
 * Looks at everything an installation needs and says what is wrong with it. Changes nothing, makes nothing, and throws
 * for nothing that it finds: what cannot be checked is an error under the name of the check.
 */
export async function runDoctor({ loadConfig, onNotice, clock = systemClock }: DoctorDeps): Promise<Diagnosis> {
  let loaded: LoadedConfig;
  try {
    loaded = await loadConfig();
  } catch (error) {
    if (!isAppError(error, 'CONFIG_INVALID')) throw error;
    return { checks: [wrong('configuration', error.message, error.hint ?? null)], isDatabaseDown: false };
  }
  const { config } = loaded;
  const { check: keysCheck, keys } = await checkSecretKeys(config);
  const providers = await createProviderRegistry(config, { db: noDatabase, clock, ids: createIds() });
  try {
    const outside = Promise.all([
      checkStateFolder(config.stateDir),
      checkStoredFiles(config),
      checkDisk(await listFolders(config)),
      checkRedis(config.redisUrl),
      checkReach(providers),
      checkPrinter(config, { clock }),
    ]);
    const options = { clock, keys, providers, ...(onNotice !== undefined && { onNotice }) };
    const [database, others] = await Promise.all([diagnoseDatabase(config, options), outside]);
    const checks = [describeSources(loaded), keysCheck, ...database.checks, ...others.flat()];
    return { checks, isDatabaseDown: database.isDown };
  } finally {
    for (const provider of [...providers.sms.values(), ...providers.email.values()]) await provider.close?.();
  }
}

function describeSources({ sources }: LoadedConfig): Check {
  const set = Object.values(sources).filter(({ source }) => source !== 'default').length;
  return ok('configuration', `valid; ${counted(set, 'key')} set, the others have their defaults`);
}

/** Folders that fill up: the state folder, and what may be elsewhere: stored files and the embedded database. */
async function listFolders(config: Config): Promise<string[]> {
  const { databaseUrl, stateDir, s3Bucket } = config;
  return [
    stateDir,
    ...(s3Bucket === null ? [storageFolder(config)] : []),
    ...(databaseUrl === null ? [(await embeddedDatabaseStatus(stateDir)).dataDir] : []),
  ];
}

/** Providers are only asked whether they answer here; the sandbox, which needs the database, is never asked. */
const noDatabase: Database = {
  query: () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'This process has no database')),
  transaction: () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'This process has no database')),
  close: async () => undefined,
};
