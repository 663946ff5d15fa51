import type { BenchDatabase } from './bench-server.ts';
import { benchRecipients } from './load-plan.ts';

/** A message that the product stored. */
export interface SampleMessage {
  readonly id: string;
  /** As it was given: one of `benchRecipients`. */
  readonly recipient: string;
  readonly reference: string;
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** Null = the product leaves it empty. Times are seconds since 1970. */
  readonly text: string | null;
}

/** A text that differs from row to row, and the SQL of what stands in its place. */
interface Varying {
  readonly marker: string;
  readonly sql: string;
}

/**
 * Writes the pgbench script that stores what the product stores for one message: one statement that inserts the
 * notification and its queue row. It is made from the rows of a message that the product itself stored, so the same
 * columns are filled with values of the same size; ids, recipient, reference and times differ from row to row, as they
 * do in the product.
 */
export async function writePgbenchScript(database: BenchDatabase, sample: SampleMessage): Promise<string> {
  const notification = await readRow(database, 'public.notifications', 'id::text = $1', sample.id);
  const job = await readRow(database, 'pgboss.job_common', 'strpos(data::text, $1) > 0', sample.id);
  const newNotificationId = await newUuidSql(database);
  const notificationAt = timeOf(notification, 'created_at');
  const jobAt = timeOf(job, 'created_on');

  // Without its leading 0, which the stored international form has not.
  const prefix = benchRecipients.prefix.slice(1);
  const ofNotification: readonly Varying[] = [
    { marker: sample.reference, sql: `${literal('bench-')} || :reference::text` },
    { marker: sample.recipient.slice(1), sql: `${literal(prefix)} || :number::text` },
  ];
  const ofJob: readonly Varying[] = [{ marker: sample.id, sql: 'n.id::text' }];
  const insertNotification = notification.map((column) =>
    column.name === 'id' ? newNotificationId : expression(column, ofNotification, notificationAt),
  );
  const insertJob = job.map((column) =>
    column.name === 'id' ? 'gen_random_uuid()' : expression(column, ofJob, jobAt),
  );
  return [
    `\\set number random(${benchRecipients.first}, ${benchRecipients.last})`,
    '\\set reference random(10000000, 99999999)',
    `WITH n AS (INSERT INTO notifications (${names(notification)}) VALUES (${insertNotification.join(', ')}) RETURNING id)`,
    `INSERT INTO pgboss.job_common (${names(job)}) SELECT ${insertJob.join(', ')} FROM n;`,
    '',
  ].join('\n');
}

/** The columns that the product filled in the one row where `where` holds. */
async function readRow(database: BenchDatabase, table: string, where: string, value: string): Promise<Column[]> {
  const columns = await database.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  const texts = columns.map(({ name, type }) => {
    const column = identifier(name);
    return `${isTime(type) ? `extract(epoch FROM ${column})` : column}::text AS ${column}`;
  });
  const rows = await database.query<Record<string, string | null>>(
    `SELECT ${texts.join(', ')} FROM ${table} WHERE ${where}`,
    [value],
  );
  if (rows.length !== 1) throw new Error(`${table} has ${rows.length} rows of the sample message, not 1`);
  return columns
    .map(({ name, type }) => ({ name, type, text: rows[0]![name] ?? null }))
    .filter(({ text }) => text !== null);
}

/** A time-ordered UUID, as the product makes them: the primary key grows at one end. */
async function newUuidSql({ query }: BenchDatabase): Promise<string> {
  const [row] = await query<{ has: boolean }>(`SELECT to_regprocedure('uuidv7()') IS NOT NULL AS has`);
  if (row!.has) return 'uuidv7()';
  const milliseconds = `lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')`;
  const random = `overlay(gen_random_uuid()::text PLACING '7' FROM 15)`;
  return `overlay(${random} PLACING overlay(${milliseconds} PLACING '-' || substr(${milliseconds}, 9) FROM 9) FROM 1 FOR 13)::uuid`;
}

function expression({ type, text }: Column, varying: readonly Varying[], rowAt: number): string {
  if (isTime(type)) return timeExpression(type, Number(text) - rowAt);
  const parts = splitAround(text ?? '', varying).map((part) => (typeof part === 'string' ? literal(part) : part.sql));
  return parts.length === 1 ? `${parts[0]}::${type}` : `(${parts.join(' || ')})::${type}`;
}

function timeExpression(type: string, secondsLater: number): string {
  const whole = Math.round(secondsLater);
  const time = whole === 0 ? 'now()' : `(now() + interval '${whole} s')`;
  return type.endsWith('without time zone') ? `(${time} AT TIME ZONE 'UTC')` : time;
}

function splitAround(text: string, varying: readonly Varying[]): (string | Varying)[] {
  for (const item of varying) {
    const at = text.indexOf(item.marker);
    if (at < 0) continue;
    const after = text.slice(at + item.marker.length);
    return [...splitAround(text.slice(0, at), varying), item, ...splitAround(after, varying)].filter(
      (part) => part !== '',
    );
  }
  return [text];
}

function timeOf(columns: readonly Column[], name: string): number {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`The sample message has no ${name}`);
  return Number(column.text);
}

function isTime(type: string): boolean {
  return type.startsWith('timestamp');
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => identifier(name)).join(', ');
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** pgbench takes `:name` for a variable inside literals too, so there is no colon in them. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\x3A')}'`;
}
