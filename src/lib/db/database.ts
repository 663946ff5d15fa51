import pg from 'pg';
import { AppError, isAppError, messageOf } from '../core/errors.ts';

/** Anything that runs SQL: the pool or a transaction. Repository functions take one as first argument. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<Row>>;
}

/** A statement of `sql-template-strings` or a plain query config. */
export type Statement = string | { text: string; values?: unknown[]; name?: string };

/** The database of the process. */
export interface Database extends Queryable {
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /**
   * Whether prepared statements are planned again each time. Planning costs more than running an INSERT; but a plan that
   * was made while a table was empty makes later reads scan all of it.
   */
  planning?: 'each time' | 'once';
  /** Other settings of the server for these connections, by name. */
  settings?: Readonly<Record<string, string>>;
  /** Called for errors of idle connections, which have no caller. */
  onIdleError?: (error: Error) => void;
}

const timestampOid = 1114;
const bigintOid = 20;
const numericOid = 1700;

/** Columns are `timestamp` in UTC (data sheet, "Conventions"); the driver would read them in the local zone. */
function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary') {
    if (oid === timestampOid) return (text: string) => new Date(`${text.replace(' ', 'T')}Z`);
    if (oid === bigintOid || oid === numericOid) return Number;
  }
  return pg.types.getTypeParser(oid, format);
}

/** Opens a connection pool. Nothing is connected before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, poolSize, applicationName, planning = 'each time', settings = {}, onIdleError } = options;
  // Dates go out as UTC whatever the machine's zone; the driver has no setting of a narrower scope.
  pg.defaults.parseInputDatesAsUTC = true;
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: optionsOf({ timezone: 'UTC', plan_cache_mode: planModes[planning], ...settings }),
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  // Without this listener, an error on an idle connection (a database restart) ends the process.
  pool.on('error', (error) => onIdleError?.(error));
  // A connection that is in use reports its loss to its statement; the event alone would end the process, too.
  pool.on('connect', (client) => client.on('error', () => undefined));

  return {
    query: (statement) => run(pool, statement),
    async transaction(work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw toDatabaseError(error);
      });
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work({ query: (statement) => run(client, statement) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
        throw toDatabaseError(error);
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

const planModes = { 'each time': 'force_custom_plan', once: 'auto' } as const;

function optionsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** Opens one connection outside any pool, for migrations and locks. */
export async function connectClient(url: string, applicationName: string): Promise<pg.Client> {
  pg.defaults.parseInputDatesAsUTC = true;
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    options: '-c timezone=UTC',
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  });
  client.on('error', () => {
    // The next query on the client reports it.
  });
  try {
    await client.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
  return client;
}

async function run<Row extends pg.QueryResultRow>(
  target: pg.Pool | pg.PoolClient,
  statement: Statement,
): Promise<pg.QueryResult<Row>> {
  try {
    return await target.query<Row>(statement as pg.QueryConfig);
  } catch (error) {
    throw toDatabaseError(error);
  }
}

const connectionErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
]);
// 08: connection, 57P01-03: shutdown and start-up, 53300: too many connections, 28: authentication, 3D: no such database
const connectionStates = /^(08|57P0[123]|53300|28|3D)/;

/** Gives the errors of a lost or refused connection their code; other errors stay as they are. */
export function toDatabaseError(error: unknown): unknown {
  if (isAppError(error)) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const message = messageOf(error);
  const unreachable =
    (typeof code === 'string' && (connectionErrors.has(code) || connectionStates.test(code))) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      message,
    );
  if (!unreachable) return error;
  return new AppError('DATABASE_UNAVAILABLE', `The database does not answer: ${message}`, {
    hint: 'Check DATABASE_URL and that PostgreSQL is running and reachable.',
    cause: error,
  });
}

/** The constraint that an error violates, or null when it is another error. */
export function violatedConstraint(error: unknown): string | null {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return code === '23505' && typeof constraint === 'string' ? constraint : null;
}

/**
 * Whether the database answered and refused what it was given: a value, a size, a constraint (SQLSTATE classes 22, 23 and
 * 54). Trying the same again would not help.
 */
export function isRefusedValue(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}
