import type { Config } from '../config/schema.ts';
import { openEmbeddedDatabase } from './embedded/embedded-database.ts';

/** The database of this process. */
export interface LocatedDatabase {
  readonly url: string;
  readonly kind: 'embedded' | 'external';
  /** Where the data is, in words for people; never holds a password. */
  readonly place: string;
  /** Lets go of an embedded server; the last process stops it. */
  release(): Promise<void>;
}

/**
 * Finds the database: `DATABASE_URL`, else the embedded server of the state folder, which is started when it does not
 * run.
 *
 * @throws AppError DATABASE_UNUSABLE, DATABASE_VERSION, CONFIG_INVALID, LOCKED from the embedded server
 */
export async function locateDatabase(
  { databaseUrl, stateDir }: Pick<Config, 'databaseUrl' | 'stateDir'>,
  onNotice: (line: string) => void = () => undefined,
): Promise<LocatedDatabase> {
  if (databaseUrl !== null) {
    return { url: databaseUrl, kind: 'external', place: describeUrl(databaseUrl), release: async () => undefined };
  }
  const embedded = await openEmbeddedDatabase({ stateDir, onNotice });
  return {
    // Whatever PGSSLMODE says: the embedded server speaks plain TCP on the loopback interface.
    url: `${embedded.url}?sslmode=disable`,
    kind: 'embedded',
    place: `embedded PostgreSQL ${embedded.serverVersion} in ${embedded.dataDir}`,
    release: () => embedded.release(),
  };
}

/** A connection string without its password. */
export function describeUrl(url: string): string {
  const { hostname, port, pathname, username } = new URL(url);
  return `postgres://${username === '' ? '' : `${username}@`}${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}
