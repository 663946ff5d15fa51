import type { Clock } from '../core/clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { systemUserId } from '../users/user.ts';
import { calmGapMs, changedWithin, moveTowardsRest, reduceShare } from './failover.ts';
import type { Provider } from './provider.ts';
import { lockActiveSmsProviders, updateProvider } from './provider-repository.ts';
import type { ProviderRows } from './provider-rows.ts';

export interface MoveSharesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providerRows: ProviderRows;
}

/**
 * Takes a step from one provider of text messages towards the others (delivery sheet §4.3). Does nothing when any active
 * one changed within `gapMs`, or when there is no other: however many processes ask at once, one step is taken. Returns
 * whether it was.
 *
 * @param input.receivers who may get the points; without it all others
 */
export async function reduceProvider(
  deps: MoveSharesDeps,
  input: { identifier: string; gapMs: number; receivers?: readonly string[] },
): Promise<boolean> {
  const { identifier, gapMs, receivers } = input;
  return moveShares(deps, async (tx, active, now) => {
    if (changedWithin(active, gapMs, now)) return [];
    const priorities = reduceShare(active, identifier, receivers);
    return change(tx, active, priorities, now, (changed) =>
      changed === identifier
        ? 'Reduced due to reduced reliability'
        : 'Increased due to reduced reliability in other provider',
    );
  });
}

/**
 * Brings the providers of text messages nearer to their resting points, unless one changed in the last 15 minutes.
 * Returns whether anything moved.
 */
export async function tendProvidersBackToMiddle(
  deps: MoveSharesDeps & { readonly config: { readonly smsProviderRestingPoints: Readonly<Record<string, number>> } },
): Promise<boolean> {
  return moveShares(deps, async (tx, active, now) => {
    if (changedWithin(active, calmGapMs, now)) return [];
    const priorities = moveTowardsRest(active, deps.config.smsProviderRestingPoints);
    return change(tx, active, priorities, now, () => 'Adjusted back to resting point');
  });
}

interface Move {
  readonly provider: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

async function moveShares(
  { db, clock, logger, providerRows }: MoveSharesDeps,
  work: (tx: Queryable, active: readonly Provider[], now: Date) => Promise<readonly Move[]>,
): Promise<boolean> {
  const moves = await db.transaction(async (tx) => work(tx, await lockActiveSmsProviders(tx), clock.now()));
  if (moves.length === 0) return false;
  providerRows.forget();
  for (const move of moves) logger.warn(move, 'The priority of an sms provider was changed');
  return true;
}

async function change(
  tx: Queryable,
  active: readonly Provider[],
  priorities: ReadonlyMap<string, number>,
  at: Date,
  reasonFor: (identifier: string) => string,
): Promise<Move[]> {
  const moves: Move[] = [];
  for (const { id, identifier, priority } of active) {
    const to = priorities.get(identifier);
    if (to === undefined) continue;
    const reason = reasonFor(identifier);
    await updateProvider(tx, id, { priority: to, reason, createdById: systemUserId }, at);
    moves.push({ provider: identifier, from: priority, to, reason });
  }
  return moves;
}
