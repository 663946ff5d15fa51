import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import type { Agent, buildConnector } from 'undici';
import { isAppError, messageOf, type AppError } from '../core/errors.ts';
import { hostOf, type DestinationRules } from './destination-rules.ts';

/** Looks a name up, all addresses of it. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

export interface GuardedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the status is there. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What came of a request: a status, or the reason why there is none. */
export type GuardedAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timeout' | 'connection' | 'certificate' | 'refused'; readonly reason: string };

/** Requests to URLs that other people chose. */
export interface GuardedFetch {
  /**
   * Posts once, without following redirects. The answer's body is never given to anybody. Never throws, but for an
   * aborted `signal`.
   */
  post(request: GuardedRequest): Promise<GuardedAnswer>;
  /**
   * The same check as before a request, for a URL that is to be stored. A name that cannot be looked up now passes.
   *
   * @throws AppError DESTINATION_REFUSED
   */
  check(url: URL): Promise<void>;
  close(): Promise<void>;
}

/** Of an answer, no more is read than it takes to use the connection again. */
const longestBody = 16 * 1024;
const idleConnectionMs = 10_000;
const lookupWhenSavingMs = 2000;

/**
 * Posts to the public internet only (`DestinationRules`). Names are looked up in the step that connects, and every
 * address of the answer is checked: what was checked is what is connected to, and a name that changes between two
 * look-ups gains nothing.
 */
export function createGuardedFetch(rules: DestinationRules, lookup: Lookup = lookupAll): GuardedFetch {
  let agent: Promise<Agent> | null = null;
  return {
    async post({ url: text, headers, body, timeoutMs, signal: callerSignal }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = callerSignal === undefined ? timeout : AbortSignal.any([timeout, callerSignal]);
      try {
        const url = new URL(text);
        rules.assertUrl(url);
        const dispatcher = await (agent ??= createAgent(rules, lookup));
        const answer = await dispatcher.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: 'POST',
          headers: { ...headers },
          body,
          signal,
        });
        void answer.body.dump({ limit: longestBody, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
        return { kind: 'answered', status: answer.statusCode };
      } catch (error) {
        if (callerSignal?.aborted === true) throw error;
        if (timeout.aborted) return { kind: 'timeout', reason: `no answer within ${timeoutMs / 1000} s` };
        const refusal = findRefusal(error);
        if (refusal !== null) return { kind: 'refused', reason: refusal.message };
        if (isCertificateError(error)) return { kind: 'certificate', reason: `its certificate: ${messageOf(error)}` };
        return { kind: 'connection', reason: messageOf(error) };
      }
    },
    async check(url) {
      rules.assertUrl(url);
      for (const { address } of await lookupInTime(lookup, hostOf(url))) rules.assertAddress(url, address);
    },
    async close() {
      await (await agent)?.destroy();
    },
  };
}

async function createAgent(rules: DestinationRules, lookup: Lookup): Promise<Agent> {
  // Loaded for the first request: most commands make none.
  const { Agent, buildConnector } = await import('undici');
  return new Agent({
    connect: guardedConnector(buildConnector, rules, lookup),
    // A second request on a connection that then breaks would be sent twice.
    pipelining: 1,
    keepAliveTimeout: idleConnectionMs,
    keepAliveMaxTimeout: idleConnectionMs,
  });
}

/** Connects only to addresses that were checked in the same step. */
function guardedConnector(
  build: typeof buildConnector,
  rules: DestinationRules,
  lookup: Lookup,
): buildConnector.connector {
  return (options, callback) => {
    const url = { hostname: options.hostname, port: options.port, protocol: options.protocol };
    const lookupOption: TcpNetConnectOpts['lookup'] = (host, { all }, done) => {
      checkedAddresses(rules, lookup, url, host).then(
        (addresses) => {
          if (all === true) done(null, [...addresses]);
          else done(null, addresses[0]!.address, addresses[0]!.family);
        },
        (error: NodeJS.ErrnoException) => done(error, []),
      );
    };
    // Host names of certificates are still checked: only the look-up is ours.
    const connect = build({ lookup: lookupOption, autoSelectFamily: true });
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const refusal = refusalOf(rules, url, socket);
      if (refusal === null) return callback(null, socket);
      socket.destroy();
      callback(refusal, null);
    });
  };
}

/** All addresses of a host; not one of them may be refused. */
async function checkedAddresses(
  rules: DestinationRules,
  lookup: Lookup,
  url: Pick<URL, 'hostname' | 'port' | 'protocol'>,
  host: string,
): Promise<readonly LookupAddress[]> {
  const addresses = await lookup(host);
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  for (const { address } of addresses) rules.assertAddress(url, address);
  return addresses;
}

/** Literal addresses are not looked up, and so are checked here: on the connection itself. */
function refusalOf(
  rules: DestinationRules,
  url: Pick<URL, 'hostname' | 'port' | 'protocol'>,
  socket: Socket,
): Error | null {
  try {
    rules.assertAddress(url, socket.remoteAddress ?? '');
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Several addresses that all fail give one error around theirs. */
function findRefusal(error: unknown): AppError | null {
  if (isAppError(error, 'DESTINATION_REFUSED')) return error;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const cause = error instanceof Error && error.cause !== undefined ? [error.cause] : [];
  for (const candidate of [...inner, ...cause]) {
    const refusal = findRefusal(candidate);
    if (refusal !== null) return refusal;
  }
  return null;
}

const certificateErrors =
  /^(CERT_|CRL_|ERR_TLS_CERT_|UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)_|SELF_SIGNED_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))/;

/** Whether the other side showed a certificate that is not trusted, has run out, or is of another host. */
function isCertificateError(error: unknown): boolean {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string' && certificateErrors.test(code)) return true;
  const inner = Array.isArray(errors) ? errors : cause === undefined ? [] : [cause];
  return inner.some(isCertificateError);
}

async function lookupInTime(lookup: Lookup, host: string): Promise<readonly LookupAddress[]> {
  const { promise, resolve } = Promise.withResolvers<readonly LookupAddress[]>();
  const timer = setTimeout(() => resolve([]), lookupWhenSavingMs);
  lookup(host).then(resolve, () => resolve([]));
  return promise.finally(() => clearTimeout(timer));
}

const lookupAll: Lookup = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });
