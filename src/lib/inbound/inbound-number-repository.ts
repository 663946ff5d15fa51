import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

export interface InboundNumber {
  readonly id: string;
  readonly number: string;
  readonly provider: string;
  readonly serviceId: string | null;
}

/** Inserts a number; does nothing when the number is known already. */
export async function insertInboundNumber(
  db: Queryable,
  { id, number, provider, serviceId }: InboundNumber,
  createdAt: Date,
): Promise<void> {
  await db.query(SQL`INSERT INTO inbound_numbers (id, number, provider, service_id, created_at)
    VALUES (${id}, ${number}, ${provider}, ${serviceId}, ${createdAt}) ON CONFLICT DO NOTHING`);
}
