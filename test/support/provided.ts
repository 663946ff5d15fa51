/** What the global set-up hands to every test file. */
export interface ProvidedDatabase {
  /** Connects to the run's server with the right to create databases. */
  readonly adminUrl: string;
  /** Name of the migrated database that tests clone. */
  readonly template: string;
  /** Begins the names of all databases of this run. */
  readonly prefix: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    database: ProvidedDatabase;
  }
}
