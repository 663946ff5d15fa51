import type { Queryable } from '../db/database.ts';
import type { Provider, ProviderRegistry } from './provider.ts';
import { listProviders } from './provider-repository.ts';

export interface ProviderShare extends Provider {
  /** Whether this process can send through it; null for letters, which no process hands to a client one by one. */
  readonly configured: boolean | null;
  /** Percent of the messages of its type that it is given; 0 while it is inactive. */
  readonly share: number;
}

/** Every provider, with the part of the messages that it gets (delivery sheet §4.2). */
export async function listProviderShares({
  db,
  providers,
}: {
  db: Queryable;
  providers: ProviderRegistry;
}): Promise<ProviderShare[]> {
  const rows = await listProviders(db);
  return rows.map((row) => {
    const type = row.notificationType;
    const configured = type === 'sms' || type === 'email' ? providers[type].has(row.identifier) : null;
    const active = rows.filter((other) => other.notificationType === type && other.active);
    return { ...row, configured, share: shareOf(row, active) };
  });
}

function shareOf({ active, priority }: Provider, rivals: readonly Provider[]): number {
  if (!active) return 0;
  const total = rivals.reduce((sum, rival) => sum + Math.max(0, rival.priority), 0);
  const part = total === 0 ? 1 / rivals.length : Math.max(0, priority) / total;
  return Math.round(part * 1000) / 10;
}
