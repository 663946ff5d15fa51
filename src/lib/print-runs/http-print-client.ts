import type { Clock } from '../core/clock.ts';
import { AppError, messageOf } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonValue } from '../core/json.ts';
import { createTurns } from '../core/turns.ts';
import { createHttpClient, type HttpAnswer, type HttpClient } from '../providers/http-client.ts';
import type { PrintApi } from './print-api.ts';
import { createPrintToken, type PrintToken } from './print-token.ts';
import { writePrintJob, type PrintRequest } from './print-request.ts';

export interface PrintApiOptions {
  /** Base URL. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly apiKey: string;
  /** Where the provider posts what became of a letter. */
  readonly callbackUrlOf: (notificationId: string) => string;
  /** Letters at the same time. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const authenticatePath = '/thirdparty-access/v1/authenticate';
const jobsPath = '/print-request/v1/print/jobs';

/** The print provider's API over HTTP (letters sheet §12). Connects with the first letter. */
export function createHttpPrintApi(options: PrintApiOptions): PrintApi {
  const { url, apiKey, callbackUrlOf, concurrency, timeoutMs, clock } = options;
  const { origin, pathname, host } = new URL(url);
  const base = pathname.replace(/\/+$/, '');
  const client = createHttpClient({ origin, timeoutMs, connections: concurrency });
  const turns = createTurns(concurrency);
  const token = createPrintToken({ clock, authenticate: () => authenticate(client, base, options) });

  const ask = async (path: string, body: Buffer, jwt: string): Promise<HttpAnswer> => {
    const headers = { 'Content-Type': 'application/json', Authorization: jwt, 'X-API-Key': apiKey };
    return requestOf(client, { path: base + path, headers, body });
  };

  return {
    place: `${origin}${base}`,
    async print(request, readPdf) {
      await turns.take();
      try {
        const pdf = await readPdf();
        const body = writePrintJob(request, callbackUrlOf(request.notificationId), pdf);
        const answer = await withToken(token, (jwt) => ask(jobsPath, body, jwt));
        if (answer.status === 409) return 'known';
        if (answer.status >= 200 && answer.status < 300) return 'accepted';
        throw problemOf(answer, request, host);
      } finally {
        turns.giveBack();
      }
    },
    async check() {
      await authenticate(client, base, options);
    },
    close: () => client.close(),
  };
}

/** A token may be taken back before its time: one that is refused is renewed, once. */
async function withToken(token: PrintToken, ask: (jwt: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const jwt = await token.get();
  const answer = await ask(jwt);
  if (answer.status !== 401) return answer;
  token.drop(jwt);
  return ask(await token.get());
}

async function authenticate(
  client: HttpClient,
  base: string,
  { user, password }: Pick<PrintApiOptions, 'user' | 'password'>,
): Promise<string> {
  const answer = await requestOf(client, {
    path: base + authenticatePath,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ userName: user, password })),
  });
  // Whatever it says, no letter is at fault.
  if (answer.status !== 200) throw failed(`the print API refuses to log in '${user}': status ${answer.status}`);
  const document = parsed(answer.body);
  const jwt = isJsonObject(document) ? document['id-token'] : null;
  // A header cannot hold other characters.
  if (typeof jwt !== 'string' || !/^[\x21-\x7e]+$/.test(jwt)) throw failed('the print API logs in without a token');
  return jwt;
}

async function requestOf(
  client: HttpClient,
  request: { path: string; headers: Readonly<Record<string, string>>; body: Buffer },
): Promise<HttpAnswer> {
  try {
    return await client.request({ method: 'POST', ...request });
  } catch (error) {
    throw failed(`the print API does not answer: ${messageOf(error)}`, error);
  }
}

function failed(message: string, cause?: unknown): AppError {
  return new AppError('PRINT_FAILED', message, {
    cause,
    hint: 'Check NOTIFY_PRINT_API_URL, NOTIFY_PRINT_API_USER, NOTIFY_PRINT_API_PASSWORD and NOTIFY_PRINT_API_KEY.',
  });
}

/** 401, 403 and 429 are about us, and no letter is at fault (letters sheet §12). */
function problemOf(answer: HttpAnswer, request: PrintRequest, host: string): AppError {
  const { status } = answer;
  const isForGood = status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
  const message = `${host} answered ${status}${reasonOf(answer, request)}`;
  return isForGood ? new AppError('PRINT_REFUSED', message) : failed(message);
}

const longestReason = 300;

/** What the API says is wrong, without what it repeats of the address. */
function reasonOf({ body }: HttpAnswer, { to }: PrintRequest): string {
  const document = parsed(body);
  const errors = isJsonObject(document) && Array.isArray(document['errors']) ? document['errors'] : [];
  let reason = errors
    .flatMap((error) => (isJsonObject(error) ? [error['title'], error['detail']] : []))
    .filter((text) => typeof text === 'string')
    .join('; ');
  for (const line of to.split('\n')) if (line !== '') reason = reason.replaceAll(line, '…');
  return reason === '' ? '' : `: ${reason.slice(0, longestReason)}`;
}

function parsed(body: Buffer): JsonValue {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    return null;
  }
}
