import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../core/clock.ts';
import { createDelays } from '../../core/delays.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import type { Ids } from '../../core/ids.ts';
import { end, writeAnswer } from './stub-answer.ts';
import { stubProtocols, type StubMessage } from './stub-protocols.ts';
import { createReceiptSender, type ReceiptSender } from './stub-receipts.ts';
import { defaultScenario, readScenario, stubProviders, type StubProvider, type StubScenario } from './stub-scenario.ts';

export interface StubDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: () => number;
}

export interface StubOptions {
  readonly host: string;
  /** 0 = a free one. */
  readonly port: number;
  /** Base URL of the server that gets receipts; null = nobody does. */
  readonly receiptsTo: string | null;
  readonly scenarios?: Partial<Record<StubProvider, StubScenario>>;
  /** Answers whatever is asked below `/networks`. */
  readonly networks?: StubPart;
  /** Answers whatever is asked below `/print`. */
  readonly printer?: StubPart;
  /** Called for each message that was taken. */
  readonly onAccepted?: (provider: StubProvider, message: StubMessage) => void;
}

/** What others play on the same server. */
export interface StubPart {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/** A request as it came over the wire. */
export interface StubRequest {
  readonly provider: StubProvider;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What happened so far. */
export interface StubCounts {
  readonly requests: number;
  /** Requests that were taken. */
  readonly accepted: number;
  readonly receipts: number;
  /** Receipts that were not answered 2xx. */
  readonly receipts_failed: number;
}

export interface ProviderStub {
  readonly url: string;
  /** The newest thousand requests, oldest first. */
  readonly requests: readonly StubRequest[];
  counts(): Readonly<Record<StubProvider, StubCounts>>;
  setScenario(provider: StubProvider, scenario: Partial<StubScenario>): void;
  /** Forgets requests and counts, and behaves as usual. */
  reset(): void;
  close(): Promise<void>;
}

const keptRequests = 1000;
const partPaths = { networks: /^\/networks(\/|$)/, printer: /^\/print(\/|$)/ };

/**
 * Plays MMG (`/mmg`), Firetext (`/firetext`), SES v2 (`/ses`, and below it as the SDK asks) and an HTTP gateway
 * (`/webhook`), with faults and receipts on demand. `PUT /scenario/:provider` changes how one behaves; `GET /scenario`,
 * `GET /counts`, `GET /requests` and `DELETE /requests` look.
 *
 * @throws AppError PORT_IN_USE
 */
export async function startProviderStub(deps: StubDeps, options: StubOptions): Promise<ProviderStub> {
  const scenarios = new Map<StubProvider, StubScenario>();
  const counts = new Map<StubProvider, { -readonly [Name in keyof StubCounts]: number }>();
  const requests: StubRequest[] = [];
  const onReceipt = (provider: StubProvider, taken: boolean): void => {
    counts.get(provider)![taken ? 'receipts' : 'receipts_failed'] += 1;
  };
  const receipts: ReceiptSender | null =
    options.receiptsTo === null ? null : createReceiptSender(options.receiptsTo, { ...deps, onReceipt });
  const delays = createDelays();
  const hanging = new Map<StubProvider, Set<ServerResponse>>(stubProviders.map((provider) => [provider, new Set()]));

  /** A provider that hung and comes back drops what it had not answered. */
  function change(provider: StubProvider, scenario: StubScenario): void {
    scenarios.set(provider, scenario);
    if (scenario.answer === 'hang') return;
    for (const response of hanging.get(provider)!) response.destroy();
  }

  function reset(): void {
    requests.length = 0;
    for (const provider of stubProviders) {
      change(provider, options.scenarios?.[provider] ?? defaultScenario);
      counts.set(provider, { requests: 0, accepted: 0, receipts: 0, receipts_failed: 0 });
    }
  }
  reset();

  function take(provider: StubProvider, request: IncomingMessage, body: string, response: ServerResponse): void {
    const scenario = scenarios.get(provider)!;
    const { answer: wanted, status, share, latency } = scenario;
    remember(requests, provider, request, body);
    counts.get(provider)!.requests += 1;
    const id = deps.ids.uuid();
    const answer = share >= 1 || deps.random() < share ? wanted : 'ok';
    delays.later(latency, () => {
      writeAnswer(response, provider, { answer, status, id });
      if (answer === 'hang') {
        const unanswered = hanging.get(provider)!.add(response);
        response.once('close', () => unanswered.delete(response));
      }
      if (answer !== 'ok') return;
      counts.get(provider)!.accepted += 1;
      const message = stubProtocols[provider].readMessage(body, id);
      options.onAccepted?.(provider, message);
      receipts?.send(provider, message, scenario);
    });
  }

  async function control(request: IncomingMessage, path: string, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const [, subject, name] = path.split('/');
    const provider = stubProviders.find((known) => known === name);
    if (method === 'PUT' && subject === 'scenario' && provider !== undefined) {
      change(provider, readScenario(JSON.parse((await text(request)) || '{}')));
      return endJson(response, 200, scenarios.get(provider));
    }
    const views: Readonly<Record<string, () => unknown>> = {
      '/scenario': () => Object.fromEntries(scenarios),
      '/counts': () => Object.fromEntries(counts),
      '/requests': () => requests,
    };
    const view = views[path];
    if (method === 'GET' && view !== undefined) return endJson(response, 200, view());
    if (method === 'DELETE' && path === '/requests') {
      reset();
      return endJson(response, 200, {});
    }
    endJson(response, 404, { message: `There is no ${method} ${path}` });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!;
    const provider = stubProviders.find((known) => path === `/${known}` || path.startsWith(`/${known}/`));
    for (const part of ['networks', 'printer'] as const)
      if (partPaths[part].test(path) && options[part] !== undefined) return options[part].handle(request, response);
    if (provider === undefined) return control(request, path, response);
    take(provider, request, await text(request), response);
  }

  const server = createServer((request, response) => {
    // A client that gives up in the middle is what the faults are for.
    response.on('error', () => undefined);
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) endJson(response, 400, { message: messageOf(error) });
    });
  });
  const port = await listen(server, options);
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    requests,
    counts: () => Object.fromEntries(counts) as Record<StubProvider, StubCounts>,
    setScenario: (provider, scenario) => change(provider, { ...defaultScenario, ...scenario }),
    reset,
    async close() {
      delays.drop();
      await receipts?.close();
      options.networks?.close();
      options.printer?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function remember(requests: StubRequest[], provider: StubProvider, request: IncomingMessage, body: string): void {
  const { method = '', url = '', headers } = request;
  requests.push({ provider, method, url, headers: headers as Record<string, string>, body });
  if (requests.length > keptRequests) requests.shift();
}

function endJson(response: ServerResponse, status: number, body: unknown): void {
  end(response, { status, type: 'application/json', body: JSON.stringify(body) });
}

function listen(server: ReturnType<typeof createServer>, { host, port }: StubOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(
        isTaken ? new AppError('PORT_IN_USE', `Port ${port} of ${host} is taken; choose another with --port`) : error,
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
