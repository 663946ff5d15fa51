import { messageOf } from '../core/errors.ts';
import { listen, type Listener } from '../db/listen.ts';
import type { Logger } from '../observability/logger.ts';
import type { RememberingServiceCache } from './service-cache.ts';

/** The channel on which the triggers of the tables announce the id of a changed service. */
const channel = 'notify_service_changed';

/**
 * Makes a cache follow the database: what a commit anywhere changed is forgotten at once, and while no news can come,
 * nothing is remembered.
 */
export function watchServices({
  url,
  applicationName,
  cache,
  logger,
}: {
  url: string;
  applicationName: string;
  cache: RememberingServiceCache;
  logger: Logger;
}): Listener {
  return listen({
    url,
    applicationName,
    channel,
    onNotice: (serviceId) => cache.forget(serviceId),
    onListening: () => cache.setTrusted(true),
    onLost: (error) => {
      cache.setTrusted(false);
      logger.warn(`Settings are read from the database until their changes are heard of again: ${messageOf(error)}`);
    },
  });
}
