import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { systemUserId } from '../users/user.ts';
import { sandboxIdentifier, type Provider, type ProviderRegistry } from './provider.ts';
import { lockProviders, updateProvider } from './provider-repository.ts';

/**
 * Brings `active` in line with what is configured: rows of providers without credentials are inactive, and the sandbox
 * is active exactly when no other provider of its type is (delivery sheet §4.1). A row that an operator changed last is
 * left as it is. Run by processes that deliver.
 */
export async function reconcileProviders({
  db,
  clock,
  providers,
}: {
  db: Database;
  clock: Clock;
  providers: ProviderRegistry;
}): Promise<void> {
  const configured = { sms: new Set(providers.sms.keys()), email: new Set(providers.email.keys()) };
  await db.transaction(async (tx) => {
    const rows = await lockProviders(tx);
    for (const row of rows) {
      const isOperators = row.createdById !== null && row.createdById !== systemUserId;
      const shouldBeActive = isConfigured(row, configured, rows);
      if (isOperators || row.active === shouldBeActive) continue;
      const reason = shouldBeActive ? 'Activated by configuration' : 'Deactivated by configuration';
      await updateProvider(tx, row.id, { active: shouldBeActive, reason, createdById: systemUserId }, clock.now());
    }
  });
}

function isConfigured(
  row: Provider,
  configured: Record<'sms' | 'email', Set<string>>,
  rows: readonly Provider[],
): boolean {
  const type = row.notificationType as 'sms' | 'email';
  if (row.identifier !== sandboxIdentifier) return configured[type].has(row.identifier);
  return !rows.some(
    (other) =>
      other.notificationType === type &&
      other.identifier !== sandboxIdentifier &&
      configured[type].has(other.identifier),
  );
}
