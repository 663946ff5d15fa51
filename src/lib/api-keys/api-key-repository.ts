import type { Queryable } from '../db/database.ts';
import { insertVersioned, updateVersioned } from '../db/versioned.ts';
import type { ApiKey, KeyType } from './api-key.ts';

interface ApiKeyRow {
  id: string;
  name: string;
  secret: string;
  service_id: string;
  key_type: KeyType;
  expiry_date: Date | null;
  created_by_id: string;
  created_at: Date;
}

// Columns are named: a prepared `SELECT *` fails in running processes as soon as a migration adds a column.
const columns = 'id, name, secret, service_id, key_type, expiry_date, created_by_id, created_at';

/** A key with its encrypted secret. */
export interface StoredApiKey extends ApiKey {
  readonly sealedSecret: string;
}

export interface NewApiKeyRow {
  id: string;
  name: string;
  /** Encrypted. */
  secret: string;
  secret_digest: string;
  service_id: string;
  key_type: KeyType;
  expiry_date: null;
  created_by_id: string;
  created_at: Date;
}

export async function insertApiKey(tx: Queryable, row: NewApiKeyRow): Promise<ApiKey> {
  return toApiKey(await insertVersioned<ApiKeyRow>(tx, 'api_keys', { ...row }));
}

/** The keys of a service; those revoked before `revokedSince` count as gone. */
export async function findServiceKeys(db: Queryable, serviceId: string, revokedSince: Date): Promise<StoredApiKey[]> {
  const { rows } = await db.query<ApiKeyRow>({
    name: 'find_service_keys',
    text: `SELECT ${columns} FROM api_keys WHERE service_id = $1 AND (expiry_date IS NULL OR expiry_date >= $2) ORDER BY created_at, id`,
    values: [serviceId, revokedSince],
  });
  return rows.map((row) => ({ ...toApiKey(row), sealedSecret: row.secret }));
}

export async function listApiKeys(db: Queryable, serviceId: string): Promise<ApiKey[]> {
  const { rows } = await db.query<ApiKeyRow>({
    text: `SELECT ${columns} FROM api_keys WHERE service_id = $1 ORDER BY created_at, id`,
    values: [serviceId],
  });
  return rows.map(toApiKey);
}

/** Every version of a service's keys, the newest first; never their secrets. */
export async function listApiKeyVersions(
  db: Queryable,
  serviceId: string,
): Promise<(ApiKey & { version: number; updatedAt: Date | null })[]> {
  const { rows } = await db.query<ApiKeyRow & { version: number; updated_at: Date | null }>({
    text: `SELECT ${columns}, version, updated_at FROM api_keys_history WHERE service_id = $1
      ORDER BY coalesce(updated_at, created_at) DESC, id, version DESC`,
    values: [serviceId],
  });
  return rows.map((row) => ({ ...toApiKey(row), version: row.version, updatedAt: row.updated_at }));
}

export async function findApiKey(db: Queryable, id: string): Promise<ApiKey | null> {
  const { rows } = await db.query<ApiKeyRow>({ text: `SELECT ${columns} FROM api_keys WHERE id = $1`, values: [id] });
  return rows[0] === undefined ? null : toApiKey(rows[0]);
}

/** A key with its sealed secret, its row locked until the transaction ends. */
export async function lockApiKey(tx: Queryable, id: string): Promise<StoredApiKey | null> {
  const { rows } = await tx.query<ApiKeyRow>({
    text: `SELECT ${columns} FROM api_keys WHERE id = $1 FOR NO KEY UPDATE`,
    values: [id],
  });
  return rows[0] === undefined ? null : { ...toApiKey(rows[0]), sealedSecret: rows[0].secret };
}

export type ApiKeyChanges = Partial<Pick<NewApiKeyRow, 'name' | 'key_type' | 'secret' | 'secret_digest'>>;

export async function updateApiKey(tx: Queryable, id: string, changes: ApiKeyChanges, at: Date): Promise<void> {
  await updateVersioned(tx, 'api_keys', id, { ...changes }, at);
}

/** @param authorId who made this version; without it, the one of the last */
export async function expireApiKey(
  tx: Queryable,
  id: string,
  at: Date,
  authorId: string | null = null,
): Promise<ApiKey | null> {
  const changes = { expiry_date: at, ...(authorId !== null && { created_by_id: authorId }) };
  const row = await updateVersioned<ApiKeyRow>(tx, 'api_keys', id, changes, at);
  return row === null ? null : toApiKey(row);
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    serviceId: row.service_id,
    name: row.name,
    keyType: row.key_type,
    expiryDate: row.expiry_date,
    createdAt: row.created_at,
    createdById: row.created_by_id,
  };
}
