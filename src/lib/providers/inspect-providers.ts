import { messageOf } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { listProviders } from './provider-repository.ts';
import type { MessageProvider, ProviderRegistry } from './provider.ts';

/** Who would send the messages of one type. */
export interface ProviderSituation {
  readonly type: 'sms' | 'email';
  /** Active, and configured in this process. */
  readonly usable: readonly string[];
  /** Active, but without configuration here: never chosen. */
  readonly unconfigured: readonly string[];
  /** Configured, but inactive. */
  readonly inactive: readonly string[];
}

/** Compares the providers that are active with those that are configured. */
export async function inspectProviders({
  db,
  providers,
}: {
  db: Queryable;
  providers: ProviderRegistry;
}): Promise<ProviderSituation[]> {
  const rows = await listProviders(db);
  return (['sms', 'email'] as const).map((type) => {
    const configured = new Set<string>(providers[type].keys());
    const own = rows.filter(({ notificationType }) => notificationType === type);
    const namesOf = (isActive: boolean, isConfigured: boolean): string[] =>
      own
        .filter(({ active, identifier }) => active === isActive && configured.has(identifier) === isConfigured)
        .map(({ identifier }) => identifier);
    return { type, usable: namesOf(true, true), unconfigured: namesOf(true, false), inactive: namesOf(false, true) };
  });
}

export interface ProviderReach {
  readonly identifier: string;
  /** Why it cannot be reached; null when it can. */
  readonly problem: string | null;
}

/** Tries to reach every configured provider that can be asked; sends nothing. */
export async function reachProviders({ providers }: { providers: ProviderRegistry }): Promise<ProviderReach[]> {
  const all: MessageProvider<never>[] = [...providers.sms.values(), ...providers.email.values()];
  const askable = all.filter((provider) => provider.check !== undefined);
  return Promise.all(
    askable.map(async (provider) => {
      try {
        await provider.check?.();
        return { identifier: provider.identifier, problem: null };
      } catch (error) {
        return { identifier: provider.identifier, problem: messageOf(error) };
      }
    }),
  );
}
