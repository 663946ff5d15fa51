import type { CallbackApi } from './callback-api.ts';

/** A callback as commands print it: never with its token. */
export interface CallbackView {
  readonly id: string;
  readonly service_id: string;
  readonly type: string;
  readonly url: string;
  readonly version: number;
  readonly updated_by_id: string;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toCallbackView(callback: CallbackApi): CallbackView {
  return {
    id: callback.id,
    service_id: callback.serviceId,
    type: callback.callbackType,
    url: callback.url,
    version: callback.version,
    updated_by_id: callback.updatedById,
    created_at: callback.createdAt.toISOString(),
    updated_at: callback.updatedAt?.toISOString() ?? null,
  };
}
