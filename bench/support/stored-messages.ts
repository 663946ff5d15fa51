import type { BenchDatabase } from './bench-server.ts';
import type { BenchService } from './bench-service.ts';

/** Whose messages are stored, and what of them cannot be made by the database. */
export interface FilledServices {
  readonly measured: Pick<BenchService, 'id' | 'smsTemplateId'>;
  /** The other services, the one with most messages first. */
  readonly others: readonly string[];
  /** Encrypted personalisation of a message that the product stored, for all of them. */
  readonly personalisation: string;
}

/** Messages to be stored, spread evenly over a time. */
export interface FilledSpan {
  readonly table: 'notifications' | 'notification_history';
  readonly rows: number;
  readonly from: Date;
  readonly to: Date;
}

const rowsOfChunk = 100_000;

/**
 * Fills a table in the order of time. A fifth of all messages are texts of the measured service. Of a hundred of the others 60
 * are texts, 35 emails and 5 letters. 94 of a hundred are delivered, one waits for its receipt; 96 are of normal keys.
 *
 * Many rows go in without the table's indexes, which are made again afterwards: of the same definition, and as dense as a
 * `REINDEX` would leave them.
 */
export async function fillTable(
  database: BenchDatabase,
  { measured, others, personalisation }: FilledServices,
  { table, rows, from, to }: FilledSpan,
  rowsAtOnce = rowsOfChunk,
): Promise<void> {
  const { query } = database;
  const text = insertSql(table);
  const makeIndexes = rows > rowsAtOnce ? await dropIndexes(database, table) : null;
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const last = Math.min(rows, first + rowsAtOnce) - 1;
    const about = [measured.id, measured.smsTemplateId, from, to, rows, others];
    await query(text, [first, last, ...about, ...(table === 'notifications' ? [personalisation] : [])]);
  }
  await makeIndexes?.();
}

/** Drops what a table can do without while it is filled; the primary key stays. Returns how to make it again. */
async function dropIndexes({ query }: BenchDatabase, table: string): Promise<() => Promise<void>> {
  const indexes = await query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid = $1::regclass AND NOT indisprimary ORDER BY indexrelid`,
    [table],
  );
  for (const { name } of indexes) await query(`DROP INDEX ${name}`);
  return async () => {
    for (const { definition } of indexes) await query(definition);
  };
}

/**
 * Numbers as messages; `r` is spread evenly between 0 and 1, and the same again for the same number and time. OFFSET 0 has
 * everything be drawn once, not wherever it is used.
 */
const messages = `SELECT n, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid AS id,
    at, h, r, CASE WHEN k < 20 THEN 0 ELSE 1 + floor(cardinality($8::uuid[]) * r * r)::int END AS s,
    CASE WHEN k < 20 OR k % 20 < 12 THEN 'sms' WHEN k % 20 < 19 THEN 'email' ELSE 'letter' END::notification_type AS type,
    CASE WHEN k % 50 = 49 THEN 'team' WHEN k % 50 = 48 THEN 'test' ELSE 'normal' END AS key_type,
    CASE WHEN d < 940 THEN 'delivered' WHEN d < 970 THEN 'permanent-failure' WHEN d < 990 THEN 'temporary-failure' ELSE 'sending' END AS status
  FROM (
    SELECT n, h, $5::timestamp + ($6::timestamp - $5::timestamp) * (n::float8 / $7::int) AS at,
      ('x' || substr(h, 20, 7))::bit(28)::int / 268435456.0 AS r, ('x' || substr(h, 27, 3))::bit(12)::int % 1000 AS d,
      ('x' || substr(h, 30, 3))::bit(12)::int % 100 AS k
    FROM (SELECT n, md5($5::text || n) AS h FROM generate_series($1::int, $2::int) AS n OFFSET 0) AS numbers
    OFFSET 0
  ) AS drawn`;

/** Of a template of another service nothing is looked up. */
const templateId = `CASE WHEN s = 0 THEN $4::uuid ELSE md5(s || '-' || n % 10)::uuid END`;

function insertSql(table: FilledSpan['table']): string {
  const columns: Readonly<Record<string, string>> = {
    id: 'id',
    service_id: `CASE WHEN s = 0 THEN $3::uuid ELSE ($8::uuid[])[s] END`,
    template_id: templateId,
    template_version: '1',
    key_type: 'key_type',
    notification_type: 'type',
    created_at: 'at',
    sent_at: `at + interval '1 second'`,
    sent_by: `'mmg'`,
    updated_at: `at + interval '3 seconds'`,
    notification_status: 'status',
    reference: `CASE WHEN type = 'email' THEN h END`,
    billable_units: '1',
    client_reference: `'order-' || substr(h, 1, 8)`,
    international: 'false',
    rate_multiplier: '1',
    ...(table === 'notifications' && {
      '"to"': `'07700' || right('00000' || (r * 1000000)::int, 6)`,
      normalised_to: `'447700' || right('00000' || (r * 1000000)::int, 6)`,
      personalisation: '$9::text',
    }),
  };
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT ${Object.values(columns).join(', ')} FROM (${messages}) AS m`;
}
