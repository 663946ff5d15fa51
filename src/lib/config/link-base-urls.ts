import { isIPv6 } from 'node:net';
import type { Config } from './schema.ts';

/** Scheme and host of the links that messages carry. */
export interface LinkBaseUrls {
  /** For what programs call. */
  readonly api: string;
  /** For what people open. */
  readonly site: string;
}

/**
 * As configured, else those of the request that asked for the message. Without one, as for messages that an operator
 * sends, the public listener's own address has to do.
 */
export function linkBaseUrls(
  { publicUrl, adminUrl, host, port }: Pick<Config, 'publicUrl' | 'adminUrl' | 'host' | 'port'>,
  requestBaseUrl: string | null,
): LinkBaseUrls {
  const api = publicUrl ?? requestBaseUrl ?? `http://${reachable(host)}:${port}`;
  return { api, site: adminUrl ?? api };
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}
