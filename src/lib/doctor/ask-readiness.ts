import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../core/errors.ts';
import { ok, wrong, type Check } from './check.ts';

const timeoutMs = 3000;

/** Asks the server of this configuration, over its admin port, whether it is ready: for health checks of containers. */
export async function askReadiness({
  adminHost,
  adminPort,
}: Pick<Config, 'adminHost' | 'adminPort'>): Promise<Check[]> {
  if (adminPort === null || adminPort === 0) {
    const found = adminPort === null ? 'the admin port is off' : 'the admin port is 0: any free one';
    return [wrong('ready', found, 'Give NOTIFY_ADMIN_PORT a fixed port, for the server and for this command.')];
  }
  const host = reachableHost(adminHost);
  try {
    const { status, checks } = await fetchReadiness(host, adminPort);
    const details = Object.entries(checks).map(([name, found]) =>
      found === 'ok' ? ok(name, found) : wrong(name, found, '`notify doctor` tells more.'),
    );
    return status === 200 || details.some((check) => check.status === 'error')
      ? details
      : [...details, wrong('ready', `the server answers ${status}`, null)];
  } catch (error) {
    const hint = 'Is `notify serve` running with the same NOTIFY_ADMIN_HOST and NOTIFY_ADMIN_PORT?';
    return [wrong('ready', `no server answers at ${host}:${adminPort}: ${messageOf(error)}`, hint)];
  }
}

async function fetchReadiness(
  host: string,
  port: number,
): Promise<{ status: number; checks: Readonly<Record<string, string>> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; checks: Record<string, string> }>();
  const request = get(
    { host, port, path: '/ready', agent: false, signal: AbortSignal.timeout(timeoutMs) },
    (response) => {
      json(response).then((body) => {
        const { checks = {} } = body as { checks?: Record<string, string> };
        resolve({ status: response.statusCode ?? 0, checks });
      }, reject);
    },
  );
  request.once('error', reject);
  return promise;
}

/** An address to listen on everywhere is none to connect to. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
