/** What the global set-up hands to every test file. */
export interface ProvidedDatabase {
  /** Connects to the run's server with the right to create databases. */
  readonly adminUrl: string;
  /** A state folder with a stopped embedded cluster to copy; null when the run has a server of its own choice. */
  readonly cluster: string | null;
  /** Name of the migrated database that tests clone. */
  readonly template: string;
  /** How the server copies it the cheapest. */
  readonly strategy: 'wal_log' | 'file_copy';
  /** Begins the names of all databases of this run. */
  readonly prefix: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    database: ProvidedDatabase;
  }
}
