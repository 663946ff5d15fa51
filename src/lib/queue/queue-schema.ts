import { getConstructionPlans, getMigrationPlans, type QueuePolicy } from 'pg-boss';
import type { Queryable } from '../db/database.ts';
import type { SchemaStep } from '../db/schema-step.ts';
import { queueDatabaseSchema as schema } from './queue-database.ts';
import { deadLetterQueue, queueNames } from './queues.ts';

/** How every queue is set up (`docs/adr/0001-queue-on-postgresql.md`). */
interface QueueSettings {
  readonly policy: QueuePolicy;
  readonly retryLimit: number;
  readonly retryDelay: number;
  readonly expireInSeconds: number;
  readonly retentionSeconds: number;
  readonly deleteAfterSeconds: number;
  readonly heartbeatSeconds: number;
  readonly notify: boolean;
  readonly deadLetter?: string;
}

const settings: QueueSettings = {
  // One live job per task and subject.
  policy: 'exclusive',
  // For crashes only; failures follow the retry policies.
  retryLimit: 5,
  retryDelay: 0,
  expireInSeconds: 900,
  // Ten years: a job that waits for a worker must never be dropped.
  retentionSeconds: 315_360_000,
  deleteAfterSeconds: 300,
  // A job of a worker killed with -9 runs again after this long.
  heartbeatSeconds: 20,
  notify: true,
};

const queueSettings: Readonly<Record<string, QueueSettings>> = {
  // What was given up stays for a fortnight: `notify queue retry` can put it back.
  [deadLetterQueue]: { ...settings, policy: 'standard', deleteAfterSeconds: 1_209_600 },
  ...Object.fromEntries(queueNames.map((name) => [name, { ...settings, deadLetter: deadLetterQueue }])),
};

/** Installs pg-boss's schema and our queues as part of `notify db migrate`. */
export const queueSchemaStep: SchemaStep = {
  name: 'queue',
  async plan(db) {
    const installed = await installedVersion(db);
    if (installed === null)
      return [constructionSql(), ...Object.keys(queueSettings).map(createQueueSql), dropReferencesSql];
    const current = await existingQueues(db);
    const changes = Object.keys(queueSettings)
      .map((name) => queueChangeSql(name, current.get(name)))
      .filter((sql) => sql !== null);
    if (installed < libraryVersion()) return [getMigrationPlans(schema, installed), ...changes, dropReferencesSql];
    return (await hasReferences(db)) ? [...changes, dropReferencesSql] : changes;
  },
  async apply(db) {
    for (const sql of await queueSchemaStep.plan(db)) await db.query(sql);
  },
  async isNewer(db) {
    return ((await installedVersion(db)) ?? 0) > libraryVersion();
  },
};

function constructionSql(): string {
  return getConstructionPlans(schema);
}

/** The schema version that the library in use expects: the last statement of its own plan records it. */
function libraryVersion(): number {
  const version = /INSERT INTO \w+\.version\(version\) VALUES \('(\d+)'\)/.exec(constructionSql())?.[1];
  if (version === undefined) throw new Error('The version of the queue schema cannot be read from the library');
  return Number(version);
}

async function installedVersion(db: Queryable): Promise<number | null> {
  const table = await db.query<{ exists: boolean }>(`SELECT to_regclass('${schema}.version') IS NOT NULL AS exists`);
  if (!table.rows[0]?.exists) return null;
  const { rows } = await db.query<{ version: number }>(`SELECT version FROM ${schema}.version`);
  return rows[0]?.version ?? null;
}

// Each job's references to its queue took as long to check as all else of its insert, and locked the queue's row for it. The
// queues are ours: none is ever deleted (`docs/adr/0019-jobs-inserted-by-a-statement-of-our-own.md`).
const references = ['q_fkey', 'dlq_fkey'];
const dropReferencesSql = `ALTER TABLE ${schema}.job_common ${references.map((name) => `DROP CONSTRAINT IF EXISTS ${name}`).join(', ')};`;

async function hasReferences(db: Queryable): Promise<boolean> {
  const { rows } = await db.query({
    text: `SELECT FROM pg_constraint WHERE conrelid = '${schema}.job_common'::regclass AND conname = ANY($1::text[])`,
    values: [references],
  });
  return rows.length > 0;
}

interface QueueRow {
  name: string;
  policy: string;
  retry_limit: number;
  retry_delay: number;
  expire_seconds: number;
  retention_seconds: number;
  deletion_seconds: number;
  heartbeat_seconds: number;
  notify: boolean;
  dead_letter: string | null;
}

async function existingQueues(db: Queryable): Promise<Map<string, QueueRow>> {
  const { rows } = await db.query<QueueRow>(`SELECT * FROM ${schema}.queue`);
  return new Map(rows.map((row) => [row.name, row]));
}

function createQueueSql(name: string): string {
  return `SELECT ${schema}.create_queue('${name}', '${JSON.stringify(queueSettings[name])}');`;
}

function queueChangeSql(name: string, row: QueueRow | undefined): string | null {
  if (row === undefined) return createQueueSql(name);
  const wanted = queueSettings[name]!;
  const columns: [keyof QueueRow, string | number | boolean | null][] = [
    ['retry_limit', wanted.retryLimit],
    ['retry_delay', wanted.retryDelay],
    ['expire_seconds', wanted.expireInSeconds],
    ['retention_seconds', wanted.retentionSeconds],
    ['deletion_seconds', wanted.deleteAfterSeconds],
    ['heartbeat_seconds', wanted.heartbeatSeconds],
    ['notify', wanted.notify],
    ['dead_letter', wanted.deadLetter ?? null],
  ];
  const changes = columns.filter(([column, value]) => row[column] !== value);
  if (changes.length === 0) return null;
  const assignments = changes.map(([column, value]) => `${column} = ${value === null ? 'NULL' : `'${value}'`}`);
  return `UPDATE ${schema}.queue SET ${assignments.join(', ')}, updated_on = now() WHERE name = '${name}';`;
}
