import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { areaNamesOf, type BroadcastMessage } from './broadcast-message.ts';
import { findBroadcastSettings } from './broadcast-settings-repository.ts';

const excerptLength = 100;

/** Tells operators that people's phones are about to ring (broadcasts sheet §2.6): a line of the log, and a metric. */
export async function announceLiveBroadcast(
  { db, logger, metrics }: { db: Database; logger: Logger; metrics: Pick<Metrics, 'alerts'> },
  message: BroadcastMessage,
): Promise<void> {
  const settings = await findBroadcastSettings(db, message.serviceId);
  metrics.alerts.inc({ alert: 'live-broadcast' });
  logger.warn(
    {
      alert: 'live-broadcast',
      command: `notify broadcasts show ${message.id}`,
      broadcastMessageId: message.id,
      serviceId: message.serviceId,
      channel: settings?.channel ?? null,
      areas: areaNamesOf(message.areas),
      excerpt: message.content.slice(0, excerptLength),
    },
    'Live broadcast sent',
  );
}
