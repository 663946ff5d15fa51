import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import { isSlow, slowMinutes, speedWindowMs } from '../providers/failover.ts';
import { listActiveSmsProviders } from '../providers/list-active-sms-providers.ts';
import type { ProviderRows } from '../providers/provider-rows.ts';
import { countBadMinute, readDeliverySpeeds, type DeliverySpeed } from './delivery-speed-repository.ts';

export interface MeasureDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
  readonly telemetry: Telemetry;
  readonly providerRows: ProviderRows;
  readonly config: Pick<Config, 'slowDeliveryAlert'>;
}

const limits = [1, 5, 10] as const;

/** All providers together: this part slower than five minutes makes a minute bad. */
const alertRatio = 0.1;

/** The alert comes with this many bad minutes in a row, and not again before a good one. */
const alertMinutes = 10;

/**
 * Measures how many text messages of the last 15 minutes took 1, 5 and 10 minutes, for each active provider and for all
 * together, and raises the alert of slow delivery in its tenth minute if that is switched on (delivery sheet §10).
 * Running it again within a minute counts that minute once.
 */
export async function measureSmsDelivery(deps: MeasureDeps): Promise<void> {
  const { db, clock, telemetry, config } = deps;
  const now = clock.now();
  const speeds = await readDeliverySpeeds(db, { since: new Date(now.getTime() - speedWindowMs), now });
  const byProvider = new Map(speeds.map((speed) => [speed.provider, speed]));
  const all = sum(speeds);
  for (const minutes of limits) {
    for (const provider of await listActiveSmsProviders(deps)) {
      telemetry.slowDelivery({ provider, minutes, ratio: ratioOf(byProvider.get(provider), minutes) });
    }
    telemetry.slowDelivery({ provider: null, minutes, ratio: ratioOf(all, minutes) });
  }
  // Without traffic there is nothing to say about it.
  if (config.slowDeliveryAlert === 'on' && all.total > 0) await watchSlowDelivery(deps, all, now);
}

async function watchSlowDelivery(
  { db, logger, metrics }: MeasureDeps,
  all: Omit<DeliverySpeed, 'provider'>,
  now: Date,
): Promise<void> {
  const alert = 'slow-sms-delivery';
  const slow = all.slowerThan[slowMinutes];
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
  const isBad = isSlow({ slow, total: all.total }, alertRatio);
  if ((await countBadMinute(db, { alert, isBad, minute })) !== alertMinutes || !isBad) return;
  raiseAlert(
    { logger, metrics },
    {
      alert,
      message: `Text messages have been slow for ${alertMinutes} minutes: ${slow} of ${all.total} took ${slowMinutes} minutes or longer`,
      command: 'notify providers list',
      details: { slow, total: all.total, minutes: slowMinutes },
    },
  );
}

function ratioOf(speed: Omit<DeliverySpeed, 'provider'> | undefined, minutes: 1 | 5 | 10): number | null {
  return speed === undefined || speed.total === 0 ? null : speed.slowerThan[minutes] / speed.total;
}

function sum(speeds: readonly DeliverySpeed[]): Omit<DeliverySpeed, 'provider'> {
  const add = (of: (speed: DeliverySpeed) => number): number => speeds.reduce((total, speed) => total + of(speed), 0);
  return {
    total: add(({ total }) => total),
    slowerThan: {
      1: add(({ slowerThan }) => slowerThan[1]),
      5: add(({ slowerThan }) => slowerThan[5]),
      10: add(({ slowerThan }) => slowerThan[10]),
    },
  };
}
