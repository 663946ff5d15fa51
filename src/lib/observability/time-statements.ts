import type { Database, Queryable, Statement } from '../db/database.ts';
import { labelOf } from '../db/labelled.ts';

/** A statement that was run: its name or label, how long it took, and how many rows it was about. */
export interface TimedStatement {
  readonly name: string;
  readonly ms: number;
  readonly rows: number;
}

/** Has every named statement of a database told of that succeeds, those of transactions included. */
export function timeStatements(db: Database, onStatement: (statement: TimedStatement) => void): Database {
  const timed = (target: Queryable): Queryable['query'] =>
    async function query(statement: Statement) {
      const name = labelOf(statement);
      if (name === undefined) return target.query(statement);
      const startedAt = performance.now();
      const result = await target.query(statement);
      onStatement({ name, ms: performance.now() - startedAt, rows: result.rowCount ?? 0 });
      return result;
    } as Queryable['query'];
  return {
    ...db,
    query: timed(db),
    transaction: (work) => db.transaction((tx) => work({ ...tx, query: timed(tx) })),
  };
}
