import { messageOf } from '../core/errors.ts';
import type { Logger } from './logger.ts';

/** Sends measurements to a statsd server; never throws, never waits. Names hold no personal data. */
export interface Statsd {
  count(name: string, by?: number): void;
  /** Milliseconds. */
  timing(name: string, ms: number): void;
  gauge(name: string, value: number): void;
  close(): Promise<void>;
}

/** For processes that have no statsd server. */
export const noStatsd: Statsd = {
  count: () => undefined,
  timing: () => undefined,
  gauge: () => undefined,
  close: async () => undefined,
};

export interface StatsdOptions {
  readonly host: string;
  readonly port: number;
  /** Put before each name as it is, e.g. `notifications.api.`. */
  readonly prefix: string;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

/** How long nothing is sent after a host name that could not be looked up (delivery sheet §12). */
const lookupPauseMs = 15_000;
const logEveryMs = 60_000;
const lookupErrors = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']);

/** Sends over UDP, several measurements to a packet. Errors are told once a minute and otherwise swallowed. */
export async function createStatsd({
  host,
  port,
  prefix,
  logger,
  now = performance.now.bind(performance),
}: StatsdOptions): Promise<Statsd> {
  const { StatsD } = await import('hot-shots');
  let pausedUntil = -Infinity;
  let silentUntil = -Infinity;

  const onError = (error: Error & { code?: unknown }): void => {
    const isLookup = lookupErrors.has(String(error.code)) || /ENOTFOUND|EAI_AGAIN/.test(messageOf(error));
    if (isLookup) pausedUntil = now() + lookupPauseMs;
    if (now() < silentUntil) return;
    silentUntil = now() + logEveryMs;
    logger.warn({ err: error }, 'Measurements could not be sent to statsd; work goes on without it');
  };
  const client = new StatsD({
    host,
    port,
    prefix,
    protocol: 'udp',
    cacheDns: true,
    maxBufferSize: 1400,
    bufferFlushInterval: 1000,
    datadog: false,
    includeDataDogTags: false,
    errorHandler: onError,
  });
  const attempt = (send: () => void): void => {
    if (now() < pausedUntil) return;
    try {
      send();
    } catch (error) {
      onError(error as Error);
    }
  };
  return {
    count: (name, by = 1) => attempt(() => client.increment(name, by)),
    timing: (name, ms) => attempt(() => client.timing(name, ms)),
    gauge: (name, value) => attempt(() => client.gauge(name, value)),
    close: () => new Promise((resolve) => client.close(() => resolve())),
  };
}
