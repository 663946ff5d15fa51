import type { NotificationType } from '../notifications/notification.ts';
import type { Provider } from './provider.ts';

/** A provider as commands print it. */
export interface ProviderView {
  readonly id: string;
  readonly type: NotificationType;
  readonly identifier: string;
  readonly display_name: string;
  readonly priority: number;
  readonly active: boolean;
  readonly supports_international: boolean;
  readonly version: number;
  readonly updated_at: string | null;
}

export function toProviderView(provider: Provider): ProviderView {
  return {
    id: provider.id,
    type: provider.notificationType,
    identifier: provider.identifier,
    display_name: provider.displayName,
    priority: provider.priority,
    active: provider.active,
    supports_international: provider.supportsInternational,
    version: provider.version,
    updated_at: provider.updatedAt?.toISOString() ?? null,
  };
}
