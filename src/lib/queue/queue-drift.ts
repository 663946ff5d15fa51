import type { SchemaDriftReport } from 'pg-boss';
import type { SchemaDrift } from '../db/schema-drift.ts';
import { createBoss } from './job-queue.ts';
import { queueDatabaseSchema as schema } from './queue-database.ts';

/** How the queue's part of the database differs from what its library expects; changes nothing. */
export async function findQueueDrift({ url }: { url: string }): Promise<SchemaDrift> {
  const boss = createBoss({
    url,
    poolSize: 1,
    applicationName: 'notify doctor queue',
    supervise: false,
    onError: () => undefined,
  });
  await boss.start();
  try {
    return toDrift(await boss.detectSchemaDrift());
  } finally {
    await boss.stop({ graceful: false });
  }
}

function toDrift(report: SchemaDriftReport): SchemaDrift {
  const problems = [
    ...report.missingTables.map((table) => `table ${schema}.${table} is missing`),
    ...report.missing.map(({ name }) => `index ${schema}.${name} is missing`),
    ...report.invalid.filter(({ building }) => !building).map(({ name }) => `index ${schema}.${name} is invalid`),
    ...report.mismatched.map(({ name }) => `index ${schema}.${name} is different`),
    ...report.missingFunctions.map(({ name }) => `function ${schema}.${name} is missing`),
    ...report.mismatchedFunctions.map(({ name }) => `function ${schema}.${name} is different`),
    ...report.columnDrift.map(({ table }) => `columns of ${schema}.${table} are different`),
    ...report.constraintDrift.map(({ table }) => `constraints of ${schema}.${table} are different`),
    ...(report.enumDrift === null ? [] : [`type ${schema}.${report.enumDrift.name} is different`]),
  ];
  return { problems, extraIndexes: report.extraIndexes.map(({ table, name }) => `${schema}.${table}.${name}`) };
}
