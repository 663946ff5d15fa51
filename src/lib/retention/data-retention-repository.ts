import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { DataRetention } from './data-retention.ts';

const columns = `r.id, r.service_id AS "serviceId", s.name AS "serviceName", r.notification_type AS "notificationType",
  r.days_of_retention AS "daysOfRetention", r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;

/** What a service keeps otherwise than for a week, by type. */
export async function listDataRetention(db: Queryable, serviceId: string): Promise<DataRetention[]> {
  const { rows } = await db.query<DataRetention>({
    text: `SELECT ${columns} FROM service_data_retention r JOIN services s ON s.id = r.service_id
      WHERE r.service_id = $1 ORDER BY r.notification_type`,
    values: [serviceId],
  });
  return rows;
}

export interface NewDataRetention {
  readonly id: string;
  readonly serviceId: string;
  readonly notificationType: NotificationType;
  readonly daysOfRetention: number;
  readonly createdAt: Date;
}

/** @throws a unique violation when the service has one of this type */
export async function insertDataRetention(tx: Queryable, retention: NewDataRetention): Promise<void> {
  const { id, serviceId, notificationType, daysOfRetention, createdAt } = retention;
  await tx.query(SQL`INSERT INTO service_data_retention (id, service_id, notification_type, days_of_retention, created_at)
    VALUES (${id}, ${serviceId}, ${notificationType}, ${daysOfRetention}, ${createdAt})`);
}

/** False when the service has none with this id. */
export async function updateDataRetention(
  tx: Queryable,
  { serviceId, id, daysOfRetention }: { serviceId: string; id: string; daysOfRetention: number },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`UPDATE service_data_retention
    SET days_of_retention = ${daysOfRetention}, updated_at = ${at} WHERE id = ${id} AND service_id = ${serviceId}`);
  return rowCount === 1;
}

/** Stores how long a service keeps a type, in place of what it had. */
export async function upsertDataRetention(tx: Queryable, retention: NewDataRetention): Promise<void> {
  const { id, serviceId, notificationType, daysOfRetention, createdAt } = retention;
  await tx.query(SQL`INSERT INTO service_data_retention (id, service_id, notification_type, days_of_retention, created_at)
    VALUES (${id}, ${serviceId}, ${notificationType}, ${daysOfRetention}, ${createdAt})
    ON CONFLICT (service_id, notification_type) DO UPDATE
    SET days_of_retention = excluded.days_of_retention, updated_at = excluded.created_at
    WHERE service_data_retention.days_of_retention <> excluded.days_of_retention`);
}

/** Forgets how long a service keeps a type; with null, all of them. */
export async function deleteDataRetention(
  tx: Queryable,
  { serviceId, type }: { serviceId: string; type: NotificationType | null },
): Promise<void> {
  await tx.query(SQL`DELETE FROM service_data_retention
    WHERE service_id = ${serviceId} AND (${type}::notification_type IS NULL OR notification_type = ${type})`);
}
