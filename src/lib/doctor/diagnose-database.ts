import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { isAppError, messageOf } from '../core/errors.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { openDatabase } from '../db/database.ts';
import { embeddedDatabaseStatus } from '../db/embedded/embedded-database-status.ts';
import { locateDatabase, type LocatedDatabase } from '../db/locate-database.ts';
import type { ProviderRegistry } from '../providers/provider.ts';
import { checkClock, checkDrift, checkSchema, checkServer } from './check-database.ts';
import { checkActiveProviders } from './check-providers.ts';
import { checkQueue } from './check-queue.ts';
import { checkStoredSecrets } from './check-secret-keys.ts';
import { warning, wrong, type Check } from './check.ts';

export interface DatabaseDiagnosisDeps {
  readonly clock: Clock;
  readonly keys: readonly SecretKey[] | null;
  readonly providers: ProviderRegistry;
  readonly onNotice?: (line: string) => void;
}

export interface DatabaseDiagnosis {
  readonly checks: readonly Check[];
  /** True when the database does not answer. */
  readonly isDown: boolean;
}

/** Looks at the database and everything in it. An embedded one is started when it does not run, but never made. */
export async function diagnoseDatabase(config: Config, deps: DatabaseDiagnosisDeps): Promise<DatabaseDiagnosis> {
  if (config.databaseUrl === null && !(await isThere(config))) {
    const message = `there is no embedded database in ${config.stateDir} yet`;
    const hint = 'The first `notify serve` makes it. To use another server, set DATABASE_URL.';
    return { checks: [warning('database', message, hint)], isDown: false };
  }
  let located: LocatedDatabase;
  try {
    located = await locateDatabase(config, deps.onNotice);
  } catch (error) {
    return down(error);
  }
  try {
    return await diagnose(located, deps);
  } finally {
    await located.release();
  }
}

async function isThere({ stateDir }: Config): Promise<boolean> {
  const { initialised, problem } = await embeddedDatabaseStatus(stateDir);
  // What is broken is there, too: starting it tells what is wrong.
  return initialised || problem !== null;
}

async function diagnose(located: LocatedDatabase, deps: DatabaseDiagnosisDeps): Promise<DatabaseDiagnosis> {
  const db = openDatabase({ url: located.url, poolSize: 2, applicationName: 'notify doctor' });
  try {
    let server: Check;
    try {
      server = await checkServer(db, located.place);
    } catch (error) {
      return down(error);
    }
    if (server.status === 'error') return { checks: [server], isDown: false };

    const clock = await attempt('clock', () => checkClock(db, deps.clock));
    const schema = await attempt('schema', () => checkSchema(db, located.kind));
    const checks = [server, ...clock, ...schema];
    // What comes next reads tables that another schema may not have.
    if (schema.some(({ status }) => status !== 'ok')) return { checks, isDown: false };
    return {
      checks: [
        ...checks,
        ...(await attempt('schema-drift', () => checkDrift(db, located.url))),
        ...(await attempt('queue', () => checkQueue(db, deps.clock))),
        ...(await attempt('stored-secrets', () => checkStoredSecrets(db, deps.keys))),
        ...(await attempt('providers', () => checkActiveProviders(db, deps.providers))),
      ],
      isDown: false,
    };
  } finally {
    await db.close();
  }
}

function down(error: unknown): DatabaseDiagnosis {
  const hint = isAppError(error) ? (error.hint ?? null) : null;
  return { checks: [wrong('database', messageOf(error), hint)], isDown: true };
}

/** A check that cannot be made says so under its name, and the others are made all the same. */
async function attempt(name: string, check: () => Promise<Check | Check[]>): Promise<Check[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [wrong(name, `cannot be checked: ${messageOf(error)}`, isAppError(error) ? (error.hint ?? null) : null)];
  }
}
