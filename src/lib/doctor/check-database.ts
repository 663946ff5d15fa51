import type { Clock } from '../core/clock.ts';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import type { Database, Queryable } from '../db/database.ts';
import { describeSchema } from '../db/describe-schema.ts';
import { readExpectedSchema } from '../db/expected-schema.ts';
import { compareSchemas } from '../db/schema-drift.ts';
import { assertSchemaCurrent, assertServerVersion, readSchemaStatus } from '../db/schema-status.ts';
import { findQueueDrift } from '../queue/queue-drift.ts';
import { schemaSteps } from '../schema-steps.ts';
import { ok, warning, wrong, type Check } from './check.ts';

/** Whether the server answers and is new enough. */
export async function checkServer(db: Queryable, place: string): Promise<Check> {
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  const version = rows[0]?.server_version ?? 'unknown';
  try {
    assertServerVersion(version);
  } catch (error) {
    return wrong('database', messageOf(error), 'Move to a newer server.');
  }
  return ok('database', place.includes(version) ? place : `PostgreSQL ${version} at ${place}`);
}

/** Whether the migrations are those of this program. */
export async function checkSchema(db: Queryable, kind: 'embedded' | 'external'): Promise<Check> {
  const status = await readSchemaStatus(db, schemaSteps);
  try {
    assertSchemaCurrent(status);
    return ok('schema', `current: ${status.applied.at(-1)?.name ?? 'nothing applied'}`);
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'SCHEMA_PENDING' && kind === 'embedded')
      return warning('schema', error.message, 'The next `notify serve` migrates it, or run `notify db migrate`.');
    return wrong('schema', error.message, error.hint ?? null);
  }
}

const shownDifferences = 5;

/** Compares the live schema, table by table, with the one that the migrations make. */
export async function checkDrift(db: Database, url: string): Promise<Check> {
  const drifts = [compareSchemas(await readExpectedSchema(), await describeSchema(db)), await findQueueDrift({ url })];
  const problems = drifts.flatMap((drift) => drift.problems);
  const extraIndexes = drifts.flatMap((drift) => drift.extraIndexes);
  if (problems.length > 0) {
    return wrong(
      'schema-drift',
      `the schema is not what its migrations made: ${enumerate(problems)}`,
      'Somebody changed it by hand: put it back by hand (migrations/ shows how it was made), or import an export into a new database.',
    );
  }
  if (extraIndexes.length > 0) {
    return warning(
      'schema-drift',
      `indexes that no migration made: ${enumerate(extraIndexes)}`,
      'Each slows every write down: DROP INDEX what is not needed.',
    );
  }
  return ok('schema-drift', 'tables, columns, constraints and indexes are as the migrations made them');
}

function enumerate(parts: readonly string[]): string {
  const rest = parts.length - shownDifferences;
  return `${parts.slice(0, shownDifferences).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

/** Tokens are refused when the clocks of client and server are this many seconds apart. */
const refusedSkew = 30;
const notedSkew = 5;

/** Compares this machine's clock with the database's. */
export async function checkClock(db: Queryable, clock: Clock): Promise<Check> {
  // The first query may have to connect.
  await db.query('SELECT 1');
  const before = clock.now().getTime();
  const { rows } = await db.query<{ now: number }>(`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now`);
  const after = clock.now().getTime();
  if (rows[0] === undefined) throw new AppError('DATABASE_UNAVAILABLE', 'The database does not tell the time');
  const skew = ((before + after) / 2 - Number(rows[0].now)) / 1000;
  const difference = `this machine's clock is ${Math.abs(skew).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} the database's`;
  const hint = 'Let both machines set their clocks by NTP (chronyd, systemd-timesyncd).';
  if (Math.abs(skew) > refusedSkew)
    return wrong('clock', `${difference}; tokens are refused from ${refusedSkew} s on`, hint);
  return Math.abs(skew) > notedSkew ? warning('clock', difference, hint) : ok('clock', difference);
}
