import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Clock } from '../core/clock.ts';
import { createDelays } from '../core/delays.ts';
import { AppError } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../core/json.ts';
import { writeStubStatus } from './stub-print-status.ts';
import { readPrinterScenario, usualScenario, type PrinterScenario } from './stub-printer-scenario.ts';

/** A letter that it took. */
export interface PrintedLetter {
  readonly id: string;
  readonly reference: string;
  readonly recipientName: string;
  /** Null: second class. */
  readonly despatchMethod: string | null;
  /** Of the PDF. */
  readonly bytes: number;
  readonly callbackUrl: string;
}

export interface PrinterCounts {
  readonly logins: number;
  readonly requests: number;
  /** Letters that it took; each once. */
  readonly printed: number;
  /** Requests for letters that it had. */
  readonly repeated: number;
  readonly callbacks: number;
  /** Callbacks that were not answered 204. */
  readonly callbacks_failed: number;
}

/** A print provider with an HTTP API that is played: nothing is printed (letters sheet §12). */
export interface StubPrinter {
  /** The newest ten thousand, oldest first. */
  readonly letters: readonly PrintedLetter[];
  /** The document of the last request, with its PDF. */
  readonly lastRequest: JsonObject | null;
  counts(): PrinterCounts;
  setScenario(scenario: Partial<PrinterScenario>): void;
  /** Forgets letters and counts, and behaves as usual. */
  reset(): void;
  /** Takes back every token that it gave. */
  forgetTokens(): void;
  /** `PUT /print` changes the scenario, `GET /print` shows letters and counts, `DELETE /print` forgets them. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

const keptLetters = 10_000;
export const stubPrintKey = 'stub';

export function createStubPrinter({ clock }: { readonly clock: Clock }): StubPrinter {
  let scenario = usualScenario;
  let lastRequest: JsonObject | null = null;
  const letters: PrintedLetter[] = [];
  const taken = new Set<string>();
  const tokens = new Set<string>();
  const delays = createDelays();
  const none = { logins: 0, requests: 0, printed: 0, repeated: 0, callbacks: 0, callbacks_failed: 0 };
  let counts = { ...none };

  const post = async (letter: PrintedLetter, status: 'DESPATCHED' | 'REJECTED'): Promise<void> => {
    const body = writeStubStatus(letter, { jobStatus: status, at: clock.now() });
    const answer = await fetch(letter.callbackUrl, { method: 'POST', body }).catch(() => null);
    counts[answer?.status === 204 ? 'callbacks' : 'callbacks_failed'] += 1;
    await answer?.arrayBuffer().catch(() => undefined);
  };

  /** False: it has this letter. */
  const take = (letter: PrintedLetter): boolean => {
    if (taken.has(letter.id)) return false;
    taken.add(letter.id);
    letters.push(letter);
    if (letters.length > keptLetters) letters.shift();
    counts.printed += 1;
    const { callback, delay } = scenario;
    if (callback !== 'none') delays.later(delay, () => void post(letter, callback));
    return true;
  };

  function logIn(response: ServerResponse, body: JsonObject): void {
    counts.logins += 1;
    if (body['userName'] !== stubPrintKey || body['password'] !== stubPrintKey)
      return endJson(response, 401, problem('Unauthorized', 'Wrong user or password'));
    const claims = { exp: Math.floor(clock.now().getTime() / 1000) + scenario.tokenSeconds, n: counts.logins };
    const jwt = ['{"alg":"none"}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url'));
    tokens.add(jwt.join('.'));
    endJson(response, 200, { 'id-token': jwt.join('.') });
  }

  function print(request: IncomingMessage, response: ServerResponse, body: JsonObject): void {
    counts.requests += 1;
    lastRequest = body;
    const { answer, status, latency } = scenario;
    if (!tokens.has(request.headers.authorization ?? '') || request.headers['x-api-key'] !== stubPrintKey)
      return endJson(response, 401, problem('Unauthorized', 'No valid token, or no valid key'));
    if (answer === 'status')
      return delays.later(latency, () =>
        endJson(response, status, problem('Told to fail', 'The stub was told to fail')),
      );
    const letter = readLetter(body);
    const isNew = take(letter);
    if (!isNew) counts.repeated += 1;
    delays.later(latency, () => {
      if (answer === 'close') response.destroy();
      else if (answer === 'accept')
        if (isNew) endJson(response, 202, { message: 'The print request is accepted' });
        else endJson(response, 409, problem('Conflict', 'The identifier was used before'));
    });
  }

  return {
    letters,
    get lastRequest() {
      return lastRequest;
    },
    counts: () => ({ ...counts }),
    setScenario: (changes) => void (scenario = { ...usualScenario, ...changes }),
    reset() {
      letters.length = 0;
      taken.clear();
      lastRequest = null;
      scenario = usualScenario;
      counts = { ...none };
    },
    forgetTokens: () => tokens.clear(),
    async handle(request, response) {
      const { method = '', url = '' } = request;
      const path = url.split('?', 1)[0]!;
      const body = await text(request);
      if (method === 'POST' && path === '/print/thirdparty-access/v1/authenticate')
        return logIn(response, readObject(body));
      if (method === 'POST' && path === '/print/print-request/v1/print/jobs')
        return print(request, response, readObject(body));
      if (path !== '/print') return endJson(response, 404, problem('Not found', `There is no ${method} ${path}`));
      if (method === 'PUT') scenario = readPrinterScenario(JSON.parse(body || '{}'));
      else if (method === 'DELETE') this.reset();
      endJson(response, 200, { scenario, counts, letters: letters.slice(-1000) });
    },
    close() {
      delays.drop();
    },
  };
}

/** @throws AppError REQUEST_INVALID */
function readObject(body: string): JsonObject {
  const document: JsonValue = parseJson(body);
  if (!isJsonObject(document)) throw new AppError('REQUEST_INVALID', 'expected a JSON object');
  return document;
}

function readLetter(body: JsonObject): PrintedLetter {
  const standard = body['standardParams'] as Record<string, string>;
  const custom = body['customParams'] as { key: string; value: string }[];
  const pdf = custom.find(({ key }) => key === 'pdfContent')?.value ?? '';
  return {
    id: typeof body['id'] === 'string' ? body['id'] : '',
    reference: standard['businessIdentifier']!,
    recipientName: standard['recipientName']!,
    despatchMethod: standard['despatchMethod'] ?? null,
    bytes: Buffer.byteLength(pdf, 'base64'),
    callbackUrl: (body['callbackParams'] as Record<string, string>)['target']!,
  };
}

function problem(title: string, detail: string): object {
  return { errors: [{ title, detail }] };
}

function endJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
