import type { BroadcastChannel } from './channel.ts';
import type { BroadcastProvider } from './provider-message.ts';

/** What a service broadcasts through (broadcasts sheet §1). */
export interface BroadcastSettings {
  readonly channel: BroadcastChannel;
  readonly provider: BroadcastProvider | 'all';
}

/** The networks that a service's events go to: those that are enabled, and of these the service's. */
export function providersOf(
  settings: Pick<BroadcastSettings, 'provider'>,
  enabled: readonly BroadcastProvider[],
): readonly BroadcastProvider[] {
  return settings.provider === 'all' ? enabled : enabled.filter((provider) => provider === settings.provider);
}
