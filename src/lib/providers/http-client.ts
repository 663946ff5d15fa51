import { isIP } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import { AppError, messageOf } from '../core/errors.ts';

export interface HttpClientOptions {
  /** Scheme, host and port; every request goes there, and redirects are not followed. */
  readonly origin: string;
  /** From the request to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Requests at the same time; more of them wait, and their waiting counts. */
  readonly connections: number;
  /** Who we are to the host, and whom we take for it; the usual authorities and no certificate without it. */
  readonly tls?: ClientTls;
}

/** Texts in PEM. */
export interface ClientTls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Requests to one host over connections that are kept. */
export interface HttpClient {
  /**
   * Asks once. Every status is an answer.
   *
   * @throws AppError PROVIDER_FAILED without a whole answer in time, or with one that is too large
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Opens a connection and closes it; throws when that is not possible. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Providers answer in some hundred bytes; what never ends must not fill the memory. */
const longestAnswer = 256 * 1024;
const idleConnectionMs = 10_000;

export function createHttpClient({ origin, timeoutMs, connections, tls = {} }: HttpClientOptions): HttpClient {
  let opening: Promise<Pool> | null = null;
  const open = async (): Promise<Pool> => {
    // Loaded for the first request: most commands make none.
    const undici = await import('undici');
    return new undici.Pool(origin, {
      connections,
      // A second request on a connection that then breaks would be sent twice.
      pipelining: 1,
      connect: { timeout: timeoutMs, ...tls },
      keepAliveTimeout: idleConnectionMs,
    });
  };
  return {
    async request({ method, path, headers, body }) {
      const pool = await (opening ??= open());
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await pool.request({ method, path, headers: { ...headers }, body, signal });
        return { status: answer.statusCode, headers: flatten(answer.headers), body: await readBody(answer.body) };
      } catch (error) {
        const reason = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
        throw new AppError('PROVIDER_FAILED', reason, { cause: error });
      }
    },
    check: () => checkConnection(origin, timeoutMs),
    // Sends that still wait at the end of the grace period are tried again by another process.
    close: async () => (await opening)?.destroy(),
  };
}

async function readBody(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > longestAnswer) throw new Error(`the answer is longer than ${longestAnswer / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

async function checkConnection(origin: string, timeout: number): Promise<void> {
  const url = new URL(origin);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const { buildConnector } = await import('undici');
  const connect = buildConnector({ timeout });
  const place = {
    protocol: url.protocol,
    hostname,
    port: url.port || (url.protocol === 'https:' ? '443' : '80'),
    // An address is no name that a certificate could be asked for.
    ...(isIP(hostname) === 0 && { servername: hostname }),
  };
  await new Promise<void>((resolve, reject) => {
    connect(place, (error, socket) => {
      if (error !== null) reject(error);
      else {
        socket?.destroy();
        resolve();
      }
    });
  });
}
