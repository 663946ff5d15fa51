import { decideSwitch, slowGapMs, slowMinutes, speedWindowMs } from '../providers/failover.ts';
import { listActiveSmsProviders } from '../providers/list-active-sms-providers.ts';
import { reduceProvider, type MoveSharesDeps } from '../providers/move-shares.ts';
import { readDeliverySpeeds } from './delivery-speed-repository.ts';

/**
 * Takes a step from a provider of text messages that has become slow while another has not (delivery sheet §4.3, trigger
 * 2), at most every five minutes. Returns whether it did.
 */
export async function switchSlowSmsProvider(deps: MoveSharesDeps): Promise<boolean> {
  const active = await listActiveSmsProviders(deps);
  if (active.length < 2) return false;
  const now = deps.clock.now();
  const speeds = await readDeliverySpeeds(deps.db, { since: new Date(now.getTime() - speedWindowMs), now });
  const counts = new Map(
    speeds.map(({ provider, total, slowerThan }) => [provider, { slow: slowerThan[slowMinutes], total }]),
  );
  const decision = decideSwitch(active, counts);
  if (decision === null) return false;
  return reduceProvider(deps, { identifier: decision.from, gapMs: slowGapMs, receivers: decision.to });
}
