import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { CallbackType } from './callback-api.ts';
import type { CallbackDelivery } from './callback-delivery.ts';

/** Stores how an attempt ended, in place of what the log said of the callback before. */
export async function saveDelivery(tx: Queryable, delivery: CallbackDelivery, at: Date): Promise<void> {
  await tx.query({
    name: 'save_callback_delivery',
    text: `INSERT INTO callback_deliveries
        (webhook_id, service_id, callback_type, subject_id, state, attempts, http_status, problem, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
      ON CONFLICT (webhook_id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
        http_status = excluded.http_status, problem = excluded.problem, updated_at = excluded.updated_at`,
    values: [
      delivery.webhookId,
      delivery.serviceId,
      delivery.type,
      delivery.subjectId,
      delivery.state,
      delivery.attempts,
      delivery.httpStatus,
      delivery.problem,
      at,
    ],
  });
}

/** Which part of the log is meant. */
export interface DeliverySelection {
  readonly serviceId: string;
  readonly since: Date | null;
  /** Exclusive. */
  readonly until: Date | null;
  readonly types: readonly CallbackType[];
  readonly failedOnly: boolean;
}

export interface LoggedDelivery extends CallbackDelivery {
  readonly createdAt: Date;
}

/** How many callbacks of the log are meant. */
export async function countDeliveries(db: Queryable, selection: DeliverySelection): Promise<number> {
  const statement = SQL`SELECT count(*)::int AS count FROM callback_deliveries`.append(where(selection));
  const { rows } = await db.query<{ count: number }>(statement);
  return rows[0]!.count;
}

/** A page of the log, oldest first, after the callback `after` of the page before. */
export async function listDeliveries(
  db: Queryable,
  selection: DeliverySelection,
  page: { after: Pick<LoggedDelivery, 'createdAt' | 'webhookId'> | null; limit: number },
): Promise<LoggedDelivery[]> {
  const statement = SQL`SELECT webhook_id AS "webhookId", service_id AS "serviceId", callback_type AS type,
      subject_id AS "subjectId", state, attempts, http_status AS "httpStatus", problem, created_at AS "createdAt"
    FROM callback_deliveries`.append(where(selection));
  if (page.after !== null) {
    statement.append(SQL` AND (created_at, webhook_id) > (${page.after.createdAt}, ${page.after.webhookId})`);
  }
  const { rows } = await db.query<LoggedDelivery>(
    statement.append(SQL` ORDER BY created_at, webhook_id LIMIT ${page.limit}`),
  );
  return rows;
}

/** Deletes some of what is older than `before`; returns how many. */
export async function deleteDeliveriesBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM callback_deliveries WHERE webhook_id IN (
    SELECT webhook_id FROM callback_deliveries WHERE created_at < ${before} ORDER BY created_at LIMIT ${limit}
    FOR UPDATE SKIP LOCKED)`);
  return rowCount ?? 0;
}

function where({ serviceId, since, until, types, failedOnly }: DeliverySelection): ReturnType<typeof SQL> {
  const statement = SQL` WHERE service_id = ${serviceId} AND callback_type = ANY(${types}::text[])`;
  if (since !== null) statement.append(SQL` AND created_at >= ${since}`);
  if (until !== null) statement.append(SQL` AND created_at < ${until}`);
  if (failedOnly) statement.append(` AND state = 'failed'`);
  return statement;
}
