import { readFileSync } from 'node:fs';
import type { BroadcastNetwork, BroadcastRoutes } from '../config/broadcast-keys.ts';
import { AppError } from '../core/errors.ts';
import { unreadableText } from '../core/file-error.ts';
import { createHttpClient, type ClientTls, type HttpClient } from '../providers/http-client.ts';
import type { BroadcastPayload } from './broadcast-payload.ts';
import type { BroadcastRoute, BroadcastTransport } from './transport.ts';

export interface HttpTransportOptions {
  readonly routes: Readonly<Partial<Record<BroadcastNetwork, BroadcastRoutes>>>;
  /** Of one route. */
  readonly timeoutSeconds: number;
  /** Makes the document to post; null = the payload is posted as JSON. */
  readonly toXml: ((payload: BroadcastPayload) => string) | null;
}

interface OpenRoute extends BroadcastRoute {
  readonly client: HttpClient;
}

const connections = 10;

/**
 * Posts documents, or the payloads that they are made from, to a URL of each network; any 2xx is an acknowledgement.
 * Redirects are not followed. The networks' certificates are read when the process starts.
 *
 * @throws AppError CONFIG_INVALID when a file of the configuration cannot be read
 */
export function createHttpTransport(options: HttpTransportOptions): BroadcastTransport {
  const routes = new Map(
    Object.entries(options.routes).map(([network, routesOf]) => [network, openRoutes(network, routesOf, options)]),
  );
  return {
    kind: 'http',
    patience: 2 * options.timeoutSeconds,
    routesTo: (provider) => routes.get(provider) ?? [],
    async close() {
      for (const route of [...routes.values()].flat()) await route.client.close();
    },
  };
}

function openRoutes(network: string, routes: BroadcastRoutes, options: HttpTransportOptions): OpenRoute[] {
  const tls = readTls(network, routes);
  const { primary, failover } = routes;
  return [
    openRoute('primary', primary, tls, options),
    ...(failover === null ? [] : [openRoute('failover', failover, tls, options)]),
  ];
}

function openRoute(
  name: BroadcastRoute['name'],
  url: string,
  tls: ClientTls,
  { timeoutSeconds, toXml }: HttpTransportOptions,
): OpenRoute {
  const { origin, pathname, search } = new URL(url);
  const client = createHttpClient({ origin, timeoutMs: timeoutSeconds * 1000, connections, tls });
  return {
    name,
    client,
    async send(payload) {
      const isXml = toXml !== null;
      const body = isXml ? toXml(payload) : JSON.stringify(payload);
      const type = !isXml ? 'application/json' : payload.message_format === 'cap' ? 'application/cap+xml' : 'text/xml';
      const headers = { 'content-type': type };
      const { status } = await client.request({ method: 'POST', path: `${pathname}${search}`, headers, body });
      if (status < 200 || status > 299) throw new AppError('PROVIDER_FAILED', `the answer was ${status}`);
    },
  };
}

function readTls(network: string, { certificate, key, authority }: BroadcastRoutes): ClientTls {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      const message = unreadableText(`NOTIFY_BROADCAST_ROUTES: a file of ${network}`, file, error, 'one in PEM');
      throw new AppError('CONFIG_INVALID', message, { cause: error });
    }
  };
  return {
    ...(certificate !== null && { cert: read(certificate) }),
    ...(key !== null && { key: read(key) }),
    ...(authority !== null && { ca: read(authority) }),
  };
}
