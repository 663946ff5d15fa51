/** The HTTP API for the tests of a file, and requests to it as any client could make them, odd ones included. */
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll } from 'vitest';
import { startTestServer, useTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts';
import { signToken } from '../support/token.ts';

export interface ApiRequest {
  readonly method?: string;
  /** Text of an API key, to sign a token for the time of the test. */
  readonly key?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, which must be JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
  readonly json: any;
}

export interface TestApi extends TestApp {
  readonly url: string;
  call(path: string, request?: ApiRequest): Promise<ApiAnswer>;
}

/** One app with its listener for the tests of a file (or of a `describe`). Its fields are there once the tests run. */
export function useApi(options: TestAppOptions = {}): TestApi {
  const app = useTestApp(options);
  const api = {} as TestApi;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const server = await startTestServer(app);
    close = () => server.close();
    Object.assign(api, app, {
      url: server.url,
      call: (path: string, call: ApiRequest = {}) => callApi(server.url, path, call, app.clock.now()),
    });
  });
  afterAll(() => close?.());
  return api;
}

const agent = new Agent({ keepAlive: true });

/** One request over HTTP; nothing is added that the test does not say, but for Host and the length of the body. */
export function callApi(url: string, path: string, call: ApiRequest = {}, now = new Date()): Promise<ApiAnswer> {
  const { method = 'GET', key, body, headers = {} } = call;
  const text = call.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const authorization =
    key === undefined ? {} : { authorization: `Bearer ${signToken(key, { issuedAt: seconds(now) })}` };
  const chunked = 'transfer-encoding' in headers;
  const length = text === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(text) };
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sending = request(
      { agent, hostname, port, path, method, headers: { ...authorization, ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: answer,
            get json() {
              return JSON.parse(answer) as unknown;
            },
          });
        });
      },
    );
    sending.on('error', reject);
    sending.end(text);
  });
}

/** The v2 error envelope. */
export function v2Error(status: number, error: string, ...messages: string[]): object {
  return { status_code: status, errors: messages.map((message) => ({ error, message })) };
}

/** The envelope of everything that is not v2's. */
export function plainError(message: string): object {
  return { result: 'error', message };
}

export const notFoundText =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
export const methodNotAllowedText = 'The method is not allowed for the requested URL.';

function seconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
