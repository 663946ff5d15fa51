import type { ApiKey } from './api-key.ts';
import type { ApiKeyVersion } from './show-api-key-history.ts';

/** A key as commands print it; never its secret. */
export interface ApiKeyView {
  readonly id: string;
  readonly service_id: string;
  readonly name: string;
  readonly type: string;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

export function toApiKeyView({ id, serviceId, name, keyType, createdAt, expiryDate }: ApiKey): ApiKeyView {
  return {
    id,
    service_id: serviceId,
    name,
    type: keyType,
    created_at: createdAt.toISOString(),
    revoked_at: expiryDate?.toISOString() ?? null,
  };
}

/** One version of a key as commands print it. */
export interface ApiKeyVersionView extends ApiKeyView {
  readonly version: number;
  readonly updated_at: string | null;
}

export function toApiKeyVersionView(key: ApiKeyVersion): ApiKeyVersionView {
  return { ...toApiKeyView(key), version: key.version, updated_at: key.updatedAt?.toISOString() ?? null };
}
