import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { countInboundNumbers } from './inbound-number-repository.ts';

/** So many free numbers, or fewer, are an alert (delivery sheet §10). */
const lowCount = 50;

/** Raises an alert when few active inbound numbers are left to give away; never where there are no numbers at all. */
export async function checkInboundNumbers({
  db,
  logger,
  metrics,
}: {
  db: Database;
  logger: Logger;
  metrics: Pick<Metrics, 'alerts'>;
}): Promise<void> {
  const { all, free } = await countInboundNumbers(db);
  if (all === 0 || free > lowCount) return;
  raiseAlert(
    { logger, metrics },
    {
      alert: 'low-inbound-numbers',
      message: `There are only ${free} inbound numbers available for services`,
      command: 'notify inbound-numbers list',
      details: { free, all },
    },
  );
}
