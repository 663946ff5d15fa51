import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { systemUserId } from '../users/user.ts';
import type { Provider } from './provider.ts';
import { listProviders, lockAllProviders, updateProvider } from './provider-repository.ts';

export interface UpdateProviderInput {
  readonly identifier: string;
  /** Needed for an identifier that several types have. */
  readonly type?: NotificationType;
  readonly priority?: number;
  readonly active?: boolean;
  readonly reason?: string;
  /** Without it, the system. */
  readonly updatedById?: string;
}

export interface UpdatedProvider {
  readonly provider: Provider;
  /** What was not so already. */
  readonly changed: readonly ('priority' | 'active')[];
}

const changedByHand = 'Changed by an operator';

/**
 * Changes a provider as a new version with its history row (delivery sheet §4.1); what is so already changes nothing.
 * `reconcileProviders` leaves alone what was switched on or off here.
 *
 * @throws AppError NOT_FOUND naming the providers there are, USAGE_INVALID when several have the identifier
 */
export async function updateProviderSettings(
  { db, clock }: { db: Database; clock: Clock },
  input: UpdateProviderInput,
): Promise<UpdatedProvider> {
  return db.transaction(async (tx) => {
    // All rows: whoever moves shares between providers waits.
    const provider = pick(await lockAllProviders(tx), input);
    const changes = {
      ...(input.priority !== undefined && input.priority !== provider.priority && { priority: input.priority }),
      ...(input.active !== undefined && input.active !== provider.active && { active: input.active }),
    };
    const changed = Object.keys(changes) as UpdatedProvider['changed'];
    if (changed.length === 0) return { provider, changed };
    const { reason = changedByHand, updatedById = systemUserId } = input;
    await updateProvider(tx, provider.id, { ...changes, reason, createdById: updatedById }, clock.now());
    const rows = await listProviders(tx, provider.notificationType);
    return { provider: rows.find(({ id }) => id === provider.id)!, changed };
  });
}

function pick(rows: readonly Provider[], { identifier, type }: UpdateProviderInput): Provider {
  const found = rows.filter(
    (row) => row.identifier === identifier && (type === undefined || row.notificationType === type),
  );
  if (found.length === 0) {
    const known = [...new Set(rows.map((row) => row.identifier))].sort().join(', ');
    const which = type === undefined ? '' : ` of ${type}`;
    throw new AppError('NOT_FOUND', `There is no provider '${identifier}'${which}; there are ${known}`);
  }
  if (found.length === 1) return found[0]!;
  const types = found.map(({ notificationType }) => notificationType).join(' and ');
  throw new AppError('USAGE_INVALID', `There are providers '${identifier}' of ${types}: say which with --type`);
}
