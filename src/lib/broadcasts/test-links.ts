import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { Metrics } from '../observability/metrics.ts';
import { linkTestPayload } from './broadcast-event-payload.ts';
import { takeMessageNumber } from './provider-message-repository.ts';
import { formatOf, type BroadcastProvider } from './provider-message.ts';
import type { BroadcastRoute, BroadcastTransport } from './transport.ts';

export interface TestLinksDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly broadcastTransport: BroadcastTransport;
  readonly metrics: Pick<Metrics, 'broadcastLinkTests'>;
}

export interface LinkTestResult {
  readonly route: BroadcastRoute['name'];
  readonly identifier: string;
  /** What went wrong; null when the network acknowledged. */
  readonly problem: string | null;
}

/**
 * Sends a test document over every route to a network, each on its own, with an identifier and, for IBAG, a number of
 * its own (broadcasts sheet §3). Nothing is repeated or stored; a metric counts.
 */
export async function testLinks(deps: TestLinksDeps, provider: BroadcastProvider): Promise<LinkTestResult[]> {
  const routes = deps.broadcastTransport.routesTo(provider);
  return Promise.all(routes.map((route) => testLink(deps, provider, route)));
}

async function testLink(
  { db, clock, ids, metrics }: TestLinksDeps,
  provider: BroadcastProvider,
  route: BroadcastRoute,
): Promise<LinkTestResult> {
  const identifier = ids.uuid();
  const number = formatOf(provider) === 'ibag' ? await takeMessageNumber(db) : null;
  const result = { route: route.name, identifier };
  try {
    await route.send(linkTestPayload(provider, { identifier, number, now: clock.now() }));
    metrics.broadcastLinkTests.inc({ provider, route: route.name, outcome: 'acknowledged' });
    return { ...result, problem: null };
  } catch (error) {
    metrics.broadcastLinkTests.inc({ provider, route: route.name, outcome: 'failed' });
    return { ...result, problem: messageOf(error) };
  }
}
