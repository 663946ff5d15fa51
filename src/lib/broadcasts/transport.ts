import { AppError, messageOf } from '../core/errors.ts';
import type { BroadcastPayload } from './broadcast-payload.ts';
import type { BroadcastProvider } from './provider-message.ts';

/** One way to a mobile network. */
export interface BroadcastRoute {
  readonly name: 'primary' | 'failover';
  /** Gives a document to the network. Whatever it throws, the network has not acknowledged it. */
  send(payload: BroadcastPayload): Promise<void>;
}

/** How documents leave. */
export interface BroadcastTransport {
  /** `off`: nothing is sent, and nothing is made to be sent. */
  readonly kind: 'off' | 'http' | 'file';
  /** Seconds that an attempt over all routes may take. */
  readonly patience: number;
  /** The ways to a network, the first one first; none when it has no configuration. */
  routesTo(provider: BroadcastProvider): readonly BroadcastRoute[];
  close(): Promise<void>;
}

/** For processes that are not told how to send. */
export const noTransport: BroadcastTransport = {
  kind: 'off',
  patience: 0,
  routesTo: () => [],
  close: async () => undefined,
};

/**
 * Gives a document to a network: to the first route, and once, as it is, to the next when that fails (broadcasts sheet
 * §3).
 *
 * @returns the route that took it
 * @throws AppError PROVIDER_FAILED naming the routes and what each said
 */
export async function sendToNetwork(
  transport: BroadcastTransport,
  provider: BroadcastProvider,
  payload: BroadcastPayload,
): Promise<BroadcastRoute['name']> {
  const problems: string[] = [];
  const errors: unknown[] = [];
  for (const route of transport.routesTo(provider)) {
    try {
      await route.send(payload);
      return route.name;
    } catch (error) {
      problems.push(`${route.name}: ${messageOf(error)}`);
      errors.push(error);
    }
  }
  const reason = problems.length === 0 ? 'no route to it is configured' : problems.join('; ');
  throw new AppError('PROVIDER_FAILED', `The network ${provider} did not take the document (${reason})`, {
    cause: new AggregateError(errors),
  });
}
