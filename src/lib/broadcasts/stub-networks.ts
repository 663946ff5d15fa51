import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createDelays } from '../core/delays.ts';
import { AppError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';
import { broadcastProviders, isBroadcastProvider, type BroadcastProvider } from './provider-message.ts';
import type { BroadcastRoute } from './transport.ts';

/**
 * - `ack`: acknowledges
 * - `error`: answers the status of `status`
 * - `hang`: takes the document and never answers
 * - `close`: closes the connection without an answer
 */
export const networkAnswers = ['ack', 'error', 'hang', 'close'] as const;

/** How one route to a network behaves. */
export interface NetworkScenario {
  readonly answer: (typeof networkAnswers)[number];
  readonly status: number;
  /** Milliseconds before an answer. */
  readonly latency: number;
}

/** A document, or the payload of one, as it came over the wire. */
export interface ReceivedDocument {
  readonly provider: BroadcastProvider;
  readonly route: BroadcastRoute['name'];
  readonly contentType: string;
  readonly body: string;
  readonly answer: NetworkScenario['answer'];
}

/** Mobile networks that are played: nobody's phone rings. */
export interface StubNetworks {
  /** The newest thousand, oldest first. */
  readonly received: readonly ReceivedDocument[];
  /** Changes one route, or both; what is left out is as usual. */
  setScenario(
    provider: BroadcastProvider,
    route: BroadcastRoute['name'] | null,
    scenario: Partial<NetworkScenario>,
  ): void;
  /** Forgets what came, and acknowledges everything. */
  reset(): void;
  /**
   * Answers a request below `/networks`: `POST /networks/PROVIDER/ROUTE` is a document, `PUT /networks/PROVIDER[/ROUTE]`
   * changes a scenario, `GET` and `DELETE /networks` show and forget what came.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

const usual: NetworkScenario = { answer: 'ack', status: 500, latency: 0 };
const routeNames = ['primary', 'failover'] as const;
const keptDocuments = 1000;

export function createStubNetworks(): StubNetworks {
  const scenarios = new Map<string, NetworkScenario>();
  const received: ReceivedDocument[] = [];
  const delays = createDelays();
  const scenarioOf = (provider: string, route: string): NetworkScenario =>
    scenarios.get(`${provider} ${route}`) ?? usual;

  const setScenario: StubNetworks['setScenario'] = (provider, route, scenario) => {
    for (const name of route === null ? routeNames : [route])
      scenarios.set(`${provider} ${name}`, { ...usual, ...scenario });
  };

  async function take(
    provider: BroadcastProvider,
    route: BroadcastRoute['name'],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await text(request);
    const { answer, status, latency } = scenarioOf(provider, route);
    received.push({ provider, route, contentType: request.headers['content-type'] ?? '', body, answer });
    if (received.length > keptDocuments) received.shift();
    delays.later(latency, () => {
      if (answer === 'ack') endJson(response, 200, { acknowledged: true });
      else if (answer === 'error') endJson(response, status, { message: 'The stub was told to fail' });
      else if (answer === 'close') response.destroy();
    });
  }

  return {
    received,
    setScenario,
    reset() {
      received.length = 0;
      scenarios.clear();
    },
    async handle(request, response) {
      const { method = '', url = '' } = request;
      const [, , provider, route, ...rest] = url.split('?', 1)[0]!.split('/');
      const name = routeNames.find((known) => known === route) ?? null;
      const isPlace = provider !== undefined && isBroadcastProvider(provider) && rest.length === 0;
      if (isPlace && method === 'POST' && name !== null) return take(provider, name, request, response);
      if (isPlace && method === 'PUT' && (name !== null || route === undefined)) {
        const scenario = readNetworkScenario(JSON.parse((await text(request)) || '{}'));
        setScenario(provider, name, scenario);
        return endJson(response, 200, scenario);
      }
      if (provider === undefined && method === 'GET')
        return endJson(response, 200, { scenarios: Object.fromEntries(scenarios), received });
      if (provider === undefined && method === 'DELETE') {
        this.reset();
        return endJson(response, 200, {});
      }
      endJson(response, 404, { message: `There is no ${method} ${url}` });
    },
    close: () => delays.drop(),
  };
}

/** `NOTIFY_BROADCAST_ROUTES` for networks that are played at a URL. */
export function stubRoutes(baseUrl: string): Record<BroadcastProvider, { primary: string; failover: string }> {
  const routesOf = (provider: BroadcastProvider) => ({
    primary: `${baseUrl}/networks/${provider}/primary`,
    failover: `${baseUrl}/networks/${provider}/failover`,
  });
  return Object.fromEntries(broadcastProviders.map((provider) => [provider, routesOf(provider)])) as ReturnType<
    typeof stubRoutes
  >;
}

/** @throws AppError REQUEST_INVALID saying what was expected */
function readNetworkScenario(value: unknown): NetworkScenario {
  if (!isJsonObject(value)) throw new AppError('REQUEST_INVALID', 'expected a JSON object');
  const { answer = usual.answer, status = usual.status, latency = usual.latency } = value;
  const known = networkAnswers.find((candidate) => candidate === answer);
  if (known === undefined)
    throw new AppError('REQUEST_INVALID', `expected answer to be one of ${networkAnswers.join(', ')}`);
  if (typeof status !== 'number' || status < 300 || status > 599)
    throw new AppError('REQUEST_INVALID', 'expected status to be a number from 300 to 599');
  if (typeof latency !== 'number' || latency < 0)
    throw new AppError('REQUEST_INVALID', 'expected latency to be milliseconds');
  return { answer: known, status, latency };
}

function endJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
