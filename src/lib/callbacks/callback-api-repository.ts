import { SQL } from 'sql-template-strings';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { deleteVersioned, insertVersioned, updateVersioned } from '../db/versioned.ts';
import { bearerTokenContext, type CallbackApi, type CallbackType } from './callback-api.ts';

interface CallbackApiRow {
  id: string;
  service_id: string;
  callback_type: CallbackType;
  url: string;
  bearer_token: string;
  updated_by_id: string;
  version: number;
  created_at: Date;
  updated_at: Date | null;
}

const columns = 'id, service_id, callback_type, url, bearer_token, updated_by_id, version, created_at, updated_at';

/** The callback of a service for one type, or null; with `lock` under a row lock. */
export async function findCallbackApi(
  db: Queryable,
  secretBox: SecretBox,
  serviceId: string,
  type: CallbackType,
  { lock = false }: { lock?: boolean } = {},
): Promise<CallbackApi | null> {
  const { rows } = await db.query<CallbackApiRow>({
    name: lock ? 'lock_callback_api' : 'find_callback_api',
    text: `SELECT ${columns} FROM service_callback_api WHERE service_id = $1 AND callback_type = $2
      ${lock ? 'FOR UPDATE' : ''}`,
    values: [serviceId, type],
  });
  return rows[0] === undefined ? null : toCallbackApi(rows[0], secretBox);
}

/** The callbacks of several services for one type. */
export async function listCallbackApisOfServices(
  db: Queryable,
  secretBox: SecretBox,
  serviceIds: readonly string[],
  type: CallbackType,
): Promise<CallbackApi[]> {
  const { rows } = await db.query<CallbackApiRow>({
    text: `SELECT ${columns} FROM service_callback_api WHERE service_id = ANY($1::uuid[]) AND callback_type = $2`,
    values: [serviceIds, type],
  });
  return rows.map((row) => toCallbackApi(row, secretBox));
}

/** All callbacks of a service, by type. */
export async function listCallbackApis(db: Queryable, secretBox: SecretBox, serviceId: string): Promise<CallbackApi[]> {
  const statement = SQL`SELECT `
    .append(columns)
    .append(SQL` FROM service_callback_api WHERE service_id = ${serviceId} ORDER BY callback_type`);
  const { rows } = await db.query<CallbackApiRow>(statement);
  return rows.map((row) => toCallbackApi(row, secretBox));
}

export type NewCallbackApi = Omit<CallbackApi, 'version' | 'updatedAt'>;

/** Stores a callback with its history. @throws a unique violation when the service has one of this type */
export async function insertCallbackApi(
  tx: Queryable,
  secretBox: SecretBox,
  callback: NewCallbackApi,
): Promise<CallbackApi> {
  const row = await insertVersioned<CallbackApiRow>(tx, 'service_callback_api', {
    id: callback.id,
    service_id: callback.serviceId,
    callback_type: callback.callbackType,
    url: callback.url,
    bearer_token: secretBox.seal(callback.bearerToken, bearerTokenContext),
    updated_by_id: callback.updatedById,
    created_at: callback.createdAt,
  });
  return toCallbackApi(row, secretBox);
}

/** Stores another URL, token, or both, with history. */
export async function updateCallbackApi(
  tx: Queryable,
  secretBox: SecretBox,
  id: string,
  changes: { url?: string; bearerToken?: string; updatedById: string },
  at: Date,
): Promise<CallbackApi | null> {
  const { url, bearerToken, updatedById } = changes;
  const row = await updateVersioned<CallbackApiRow>(
    tx,
    'service_callback_api',
    id,
    {
      updated_by_id: updatedById,
      ...(url !== undefined && { url }),
      ...(bearerToken !== undefined && { bearer_token: secretBox.seal(bearerToken, bearerTokenContext) }),
    },
    at,
  );
  return row === null ? null : toCallbackApi(row, secretBox);
}

/** Takes a callback away; its history stays. */
export async function deleteCallbackApi(tx: Queryable, id: string): Promise<void> {
  await deleteVersioned(tx, 'service_callback_api', id);
}

function toCallbackApi(row: CallbackApiRow, secretBox: SecretBox): CallbackApi {
  return {
    id: row.id,
    serviceId: row.service_id,
    callbackType: row.callback_type,
    url: row.url,
    bearerToken: secretBox.open(row.bearer_token, bearerTokenContext),
    updatedById: row.updated_by_id,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
