import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { countSmsFailures, type SmsFailures } from './failure-rate-repository.ts';

const dayMs = 86_400_000;

/** Fewer messages in a day say nothing (delivery sheet §10). */
const leastMessages = 10_000;
const highFailureRatio = 0.25;
const mostToTelevision = 500;

export function hasHighFailureRate({ total, permanentFailures }: SmsFailures): boolean {
  return total >= leastMessages && permanentFailures / total >= highFailureRatio;
}

export function sendsToTelevision({ toTelevision }: SmsFailures): boolean {
  return toTelevision > mostToTelevision;
}

/** Raises an alert for each live service whose text messages of the last day failed for good, or went to nobody. */
export async function checkFailureRates({
  db,
  clock,
  logger,
  metrics,
}: {
  db: Database;
  clock: Clock;
  logger: Logger;
  metrics: Pick<Metrics, 'alerts'>;
}): Promise<void> {
  const services = await countSmsFailures(db, new Date(clock.now().getTime() - dayMs));
  for (const service of services) {
    const { serviceId, total, permanentFailures, toTelevision } = service;
    if (hasHighFailureRate(service)) {
      raiseAlert(
        { logger, metrics },
        {
          alert: 'high-failure-rate',
          message: `${permanentFailures} of ${total} text messages of service ${serviceId} failed for good in the last 24 hours`,
          command: `notify notifications list --service ${serviceId} --type sms --status permanent-failure`,
          details: { serviceId, total, permanentFailures },
        },
      );
    }
    if (sendsToTelevision(service)) {
      raiseAlert(
        { logger, metrics },
        {
          alert: 'sending-to-tv-numbers',
          message: `Service ${serviceId} sent ${toTelevision} text messages to numbers that are set aside for television in the last 24 hours`,
          command: `notify services show ${serviceId}`,
          details: { serviceId, toTelevision },
        },
      );
    }
  }
}
