import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { InboundNumber, InboundNumberDetails } from './inbound-number.ts';

const selectDetails = `SELECT n.id, n.number, n.provider, n.service_id AS "serviceId", s.name AS "serviceName", n.active,
    n.created_at AS "createdAt", n.updated_at AS "updatedAt"
  FROM inbound_numbers n LEFT JOIN services s ON s.id = n.service_id`;

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
  const { rows } = await db.query<InboundNumberDetails>(`${selectDetails} ORDER BY n.number`);
  return rows;
}

/** The active numbers that no service has. */
export async function listFreeInboundNumbers(db: Queryable): Promise<InboundNumberDetails[]> {
  const { rows } = await db.query<InboundNumberDetails>(
    `${selectDetails} WHERE n.active AND n.service_id IS NULL ORDER BY n.number`,
  );
  return rows;
}

/** The number of a service, active or not. */
export async function findInboundNumberOfService(
  db: Queryable,
  serviceId: string,
): Promise<InboundNumberDetails | null> {
  const { rows } = await db.query<InboundNumberDetails>(
    SQL``.append(selectDetails).append(SQL` WHERE n.service_id = ${serviceId}`),
  );
  return rows[0] ?? null;
}

/** An active number that no service has, the given one or any; locked, and passed over by others meanwhile. */
export async function lockFreeInboundNumber(tx: Queryable, id: string | null): Promise<InboundNumber | null> {
  const { rows } = await tx.query<InboundNumber>(SQL`SELECT id, number, provider, service_id AS "serviceId"
    FROM inbound_numbers WHERE active AND service_id IS NULL AND (${id}::uuid IS NULL OR id = ${id})
    ORDER BY number LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`);
  return rows[0] ?? null;
}

/** Takes the number of a service out of use; false when it has none. */
export async function deactivateInboundNumber(db: Queryable, serviceId: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(SQL`UPDATE inbound_numbers SET active = false, updated_at = ${at}
    WHERE service_id = ${serviceId}`);
  return rowCount === 1;
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
