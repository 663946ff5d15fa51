import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import type { Provider } from './provider.ts';
import { listProviders } from './provider-repository.ts';

/** The rows of `provider_details` as this process remembers them, for the choice that each message needs. */
export interface ProviderRows {
  /** At most ten seconds old. */
  list(type: 'sms' | 'email'): Promise<readonly Provider[]>;
  /** Reads them anew next time. */
  forget(): void;
}

/** The oldest that the rows may be when a provider is chosen (delivery sheet §4.2). */
const maxAgeMs = 10_000;

export function createProviderRows({ db, clock }: { db: Queryable; clock: Clock }): ProviderRows {
  const known = new Map<string, { readonly at: number; readonly rows: Promise<Provider[]> }>();
  return {
    list(type) {
      const now = clock.now().getTime();
      const remembered = known.get(type);
      if (remembered !== undefined && now - remembered.at < maxAgeMs && now >= remembered.at) return remembered.rows;
      const rows = listProviders(db, type);
      known.set(type, { at: now, rows });
      // What failed is not remembered: whoever waits for it now gets the error, and the next one asks again.
      rows.catch(() => {
        if (known.get(type)?.rows === rows) known.delete(type);
      });
      return rows;
    },
    forget: () => known.clear(),
  };
}
