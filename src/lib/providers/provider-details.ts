import type { Provider } from './provider.ts';

/** A provider, or an earlier version of one, with who changed it and why. */
export interface ProviderDetails extends Provider {
  readonly createdByName: string | null;
  readonly reason: string | null;
}
