import type { Database, Queryable } from './database.ts';

/**
 * A database whose transactions are parts of one that runs already: use cases that make their own then commit or roll
 * back together. After an error, the whole must be rolled back.
 */
export function nestedDatabase(tx: Queryable): Database {
  return {
    query: (statement) => tx.query(statement),
    transaction: (work) => work(tx),
    close: async () => undefined,
  };
}
