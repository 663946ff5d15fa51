import type { ApiKey } from './api-key.ts';

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
