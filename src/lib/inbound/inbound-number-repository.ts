import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

export interface InboundNumber {
  readonly id: string;
  readonly number: string;
  readonly provider: string;
  /** Null = nobody's yet. */
  readonly serviceId: string | null;
}

/** A number as operators see it. */
export interface InboundNumberDetails extends InboundNumber {
  readonly serviceName: string | null;
  readonly active: boolean;
}

/** Inserts a number; does nothing, and returns false, when it or the number of its service is known already. */
export async function insertInboundNumber(
  db: Queryable,
  { id, number, provider, serviceId }: InboundNumber,
  createdAt: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(SQL`INSERT INTO inbound_numbers (id, number, provider, service_id, created_at)
    VALUES (${id}, ${number}, ${provider}, ${serviceId}, ${createdAt}) ON CONFLICT DO NOTHING`);
  return rowCount === 1;
}

/** The active number that reads exactly so. */
export async function findActiveInboundNumber(db: Queryable, number: string): Promise<InboundNumber | null> {
  const { rows } = await db.query<InboundNumber>({
    name: 'find_active_inbound_number',
    text: `SELECT id, number, provider, service_id AS "serviceId" FROM inbound_numbers WHERE number = $1 AND active`,
    values: [number],
  });
  return rows[0] ?? null;
}

export async function listAllInboundNumbers(db: Queryable): Promise<InboundNumberDetails[]> {
  const { rows } = await db.query<InboundNumberDetails>(SQL`SELECT n.id, n.number, n.provider,
      n.service_id AS "serviceId", s.name AS "serviceName", n.active
    FROM inbound_numbers n LEFT JOIN services s ON s.id = n.service_id ORDER BY n.number`);
  return rows;
}

/** How many numbers there are, and how many active ones no service has. */
export async function countInboundNumbers(db: Queryable): Promise<{ readonly all: number; readonly free: number }> {
  const { rows } = await db.query<{ all: number; free: number }>(
    'SELECT count(*) AS all, count(*) FILTER (WHERE active AND service_id IS NULL) AS free FROM inbound_numbers',
  );
  return rows[0]!;
}

/** A number by id, its row locked until the transaction ends. */
export async function lockInboundNumber(tx: Queryable, id: string): Promise<InboundNumber | null> {
  const { rows } = await tx.query<InboundNumber>(SQL`SELECT id, number, provider, service_id AS "serviceId"
    FROM inbound_numbers WHERE id = ${id} FOR NO KEY UPDATE`);
  return rows[0] ?? null;
}

export async function updateInboundNumber(
  tx: Queryable,
  { id, number, provider, serviceId }: InboundNumber,
  at: Date,
): Promise<void> {
  await tx.query(SQL`UPDATE inbound_numbers
    SET number = ${number}, provider = ${provider}, service_id = ${serviceId}, updated_at = ${at} WHERE id = ${id}`);
}
