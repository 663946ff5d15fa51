import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { BroadcastSettings } from './broadcast-settings.ts';

export async function findBroadcastSettings(db: Queryable, serviceId: string): Promise<BroadcastSettings | null> {
  const { rows } = await db.query<BroadcastSettings>(
    SQL`SELECT channel, provider FROM service_broadcast_settings WHERE service_id = ${serviceId}`,
  );
  return rows[0] ?? null;
}

export async function saveBroadcastSettings(
  tx: Queryable,
  serviceId: string,
  { channel, provider }: BroadcastSettings,
  at: Date,
): Promise<void> {
  await tx.query(SQL`INSERT INTO service_broadcast_settings (service_id, channel, provider, created_at)
    VALUES (${serviceId}, ${channel}, ${provider}, ${at})
    ON CONFLICT (service_id) DO UPDATE SET channel = ${channel}, provider = ${provider}, updated_at = ${at}`);
}
