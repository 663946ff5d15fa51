import type { Clock } from '../core/clock.ts';
import type { Config } from '../config/schema.ts';
import type { Ids } from '../core/ids.ts';
import type { Database, Queryable } from '../db/database.ts';
import { systemUserId } from '../users/user.ts';
import { sandboxIdentifier, webhookIdentifier, type Provider, type ProviderRegistry } from './provider.ts';
import { insertProvider, lastActivationReasons, lockProviders, updateProvider } from './provider-repository.ts';

const activated = 'Activated by configuration';
const deactivated = 'Deactivated by configuration';
const webhookPriority = 50;

/**
 * Brings `active` in line with what is configured: rows of providers without credentials are inactive, and the sandbox
 * is active exactly when no other provider of its type is (delivery sheet §4.1). A row that an operator changed last, or
 * switched on or off last, is left as it is. A gateway gets its row here. Run by processes that deliver.
 */
export async function reconcileProviders({
  db,
  clock,
  ids,
  providers,
  config,
}: {
  db: Database;
  clock: Clock;
  ids: Ids;
  providers: ProviderRegistry;
  config: Pick<Config, 'smsWebhook'>;
}): Promise<void> {
  const configured = { sms: new Set(providers.sms.keys()), email: new Set(providers.email.keys()) };
  await db.transaction(async (tx) => {
    const known = await lockProviders(tx);
    const rows = config.smsWebhook === null ? known : await withWebhook(tx, config.smsWebhook, { clock, ids });
    const reasons = await lastActivationReasons(tx);
    for (const row of rows) {
      const reasonBefore = reasons.get(row.id);
      const isSwitchedByHand = reasonBefore !== undefined && reasonBefore !== activated && reasonBefore !== deactivated;
      const isOperators = isSwitchedByHand || (row.createdById !== null && row.createdById !== systemUserId);
      const shouldBeActive = isConfigured(row, configured, rows);
      if (isOperators || row.active === shouldBeActive) continue;
      const reason = shouldBeActive ? activated : deactivated;
      await updateProvider(tx, row.id, { active: shouldBeActive, reason, createdById: systemUserId }, clock.now());
    }
  });
}

/** The locked rows, with one of the gateway that goes as far as it is said to. */
async function withWebhook(
  tx: Queryable,
  { international }: { readonly international: boolean },
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<Provider[]> {
  // Read once more: a process that held the locks until now may have added it.
  const rows = await lockProviders(tx);
  const known = rows.find(({ identifier }) => identifier === webhookIdentifier);
  if (known?.supportsInternational === international) return rows;
  if (known !== undefined) {
    const change = { supportsInternational: international, reason: 'Changed by configuration' };
    await updateProvider(tx, known.id, { ...change, createdById: systemUserId }, clock.now());
    return lockProviders(tx);
  }
  const webhook = {
    id: ids.uuid(),
    displayName: 'Webhook',
    identifier: webhookIdentifier,
    priority: webhookPriority,
    notificationType: 'sms',
    active: false,
    supportsInternational: international,
    createdById: systemUserId,
  } as const;
  await insertProvider(tx, webhook, { at: clock.now(), reason: 'Added by configuration' });
  return lockProviders(tx);
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
