import { messageOf } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { assertSchemaCurrent, readSchemaStatus } from '../db/schema-status.ts';
import type { SchemaStep } from '../db/schema-step.ts';
import { schemaSteps } from '../schema-steps.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What was looked at, by name: `ok` or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether this process can serve: it is not draining, the database answers, the schema fits. */
export async function checkReadiness(
  { db }: { db: Queryable },
  state: { readonly draining: boolean },
  steps: readonly SchemaStep[] = schemaSteps,
): Promise<Readiness> {
  const checks: Record<string, string> = { draining: state.draining ? 'the process is stopping' : 'ok' };
  try {
    await db.query('SELECT 1');
    checks['database'] = 'ok';
    assertSchemaCurrent(await readSchemaStatus(db, steps));
    checks['schema'] = 'ok';
  } catch (error) {
    checks[checks['database'] === 'ok' ? 'schema' : 'database'] = messageOf(error);
  }
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}
