import { AppError } from '../core/errors.ts';
import type { MessageProvider, Provider, ProviderRegistry } from './provider.ts';
import type { ProviderRows } from './provider-rows.ts';

/**
 * Chooses the provider of one message (delivery sheet §4.2): among the active rows that this process has configured, at
 * random, weighted by priority.
 *
 * @param random a number in [0, 1)
 * @throws AppError PROVIDER_MISSING (`No active sms providers`), which is worth trying again
 */
export async function chooseProvider<Type extends 'sms' | 'email'>(
  {
    providerRows,
    providers,
    random,
  }: { providerRows: ProviderRows; providers: ProviderRegistry; random: () => number },
  type: Type,
  { international }: { international: boolean },
): Promise<ProviderRegistry[Type] extends ReadonlyMap<string, infer P> ? P : never> {
  const configured: ReadonlyMap<string, MessageProvider<never>> = providers[type];
  const candidates = (await providerRows.list(type)).filter(
    (row) => row.active && configured.has(row.identifier) && (!international || row.supportsInternational),
  );
  const chosen = pickByPriority(candidates, random());
  if (chosen === null) throw new AppError('PROVIDER_MISSING', `No active ${type} providers`);
  return configured.get(chosen.identifier) as never;
}

/** Picks with a chance in proportion to priority; uniformly when all priorities are 0; null from nothing. */
export function pickByPriority(
  candidates: readonly Pick<Provider, 'priority' | 'identifier'>[],
  random: number,
): Pick<Provider, 'priority' | 'identifier'> | null {
  const total = candidates.reduce((sum, { priority }) => sum + Math.max(0, priority), 0);
  if (total === 0) return candidates[Math.floor(random * candidates.length)] ?? null;
  let rest = random * total;
  for (const candidate of candidates) {
    rest -= Math.max(0, candidate.priority);
    if (rest < 0) return candidate;
  }
  return candidates.at(-1) ?? null;
}
