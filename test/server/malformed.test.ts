import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/docs/openapi-document.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { methodNotAllowedText, notFoundText, useApi, type ApiRequest } from './api.ts';
import { malformedRequest, type GoodRequest, type RawRequest } from './malformed-requests.ts';
import { answerProblems, findOperation } from './openapi-answers.ts';
import { operationsOf } from './openapi-rules.ts';
import { operationConfig, operationRequests } from './operations.ts';
import { seededRandom } from './random.ts';
import { RawConnection, type NoAnswer, type RawAnswer } from './raw-connection.ts';
import { aServiceWithRows, type ServiceWithRows } from './service-with-rows.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

const requests = 10_000;
const groups = 10;
const connectionCount = 8;
/** Request n is made from the seed and n alone: a failure names both. */
const seed = 20_261_121;

const log = createLogCapture('error');
const api = useApi({ logger: log.logger, config: operationConfig });
const document: any = JSON.parse(await openApiDocument());
let service: ServiceWithRows;
let good: (GoodRequest & Pick<ApiRequest, 'text' | 'headers'>)[];
let connections: RawConnection[];

beforeAll(async () => {
  service = await aServiceWithRows(api);
  const unlimited = 'UPDATE services SET rate_limit = 6000000 WHERE id = $1';
  await api.db.query({ text: unlimited, values: [service.id] });
  good = operationsOf(document).flatMap(({ method, operation }) =>
    (operationRequests[operation.operationId as string]?.(service) ?? []).map((request) => ({
      method: method.toUpperCase(),
      ...request,
    })),
  );
  const port = Number(new URL(api.url).port);
  connections = Array.from({ length: connectionCount }, () => new RawConnection(port));
});

afterAll(() => connections.forEach((connection) => connection.close()));

describe(`${requests} malformed requests are each answered in the API's words (seed ${seed})`, () => {
  for (let group = 0; group < groups; group += 1) {
    const first = (group * requests) / groups;
    const last = ((group + 1) * requests) / groups - 1;
    it(`${first} to ${last}`, async () => {
      const problems: string[] = [];
      const statuses = new Map<number, number>();
      let next = first;
      await Promise.all(
        connections.map(async (connection) => {
          while (next <= last && problems.length < 5) {
            const number = next++;
            const request = requestOf(number);
            const answer = await connection.send(request.bytes, { isHead: request.method === 'HEAD' });
            if (typeof answer === 'object') statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            const found = problemsOf(request, answer);
            if (found.length > 0)
              problems.push(`${number}: ${found.join('; ')}\n${show(request)}\n→ ${showAnswer(answer)}`);
          }
        }),
      );
      expect(problems.join('\n\n')).toBe('');
      // They would prove nothing if all of them failed for one reason.
      for (const status of [200, 400, 401, 403, 404, 405])
        expect(statuses.get(status), String(status)).toBeGreaterThan(0);
    });
  }

  it('none of which the server took for its own fault', () => {
    expect(log.lines('error')).toEqual([]);
  });

  it('after which it works as before', async () => {
    for (const { path, ...request } of good) {
      const { status, text } = await api.call(path, { ...request, key: service.key });
      expect(status, text).toBeLessThan(300);
    }
  });
});

function requestOf(number: number): RawRequest {
  const random = seededRandom(seed * 31 + number);
  const now = Math.floor(api.clock.now().getTime() / 1000);
  return malformedRequest(random, random.pick(good), { key: service.key, now });
}

/** Signs of how the server is made. */
const leaks =
  /node_modules|\bat (?:async )?[\w.<>]+ \(|\.[jt]s:\d|\/src\/|\/lib\/|TypeError|RangeError|SyntaxError|relation "|pg_|postgres/i;

function problemsOf({ method, path }: RawRequest, answer: RawAnswer | NoAnswer): string[] {
  if (typeof answer === 'string') return ['there was no answer'];
  const { status, headers, text } = answer;
  if (!(status >= 200 && status < 300) && !(status >= 400 && status < 500)) return [`the status is ${status}`];
  const problems: string[] = [];
  if (headers['x-injected'] !== undefined) problems.push('a header was injected');
  for (const name of ['x-b3-traceid', 'x-content-type-options', 'x-frame-options', 'access-control-allow-origin']) {
    if (!headers[name]) problems.push(`${name} is missing`);
  }
  if (method === 'HEAD' || (method === 'OPTIONS' && status === 200)) return problems;
  if (status >= 400 && leaks.test(text)) problems.push('the body says how the server is made');
  if (isOfServer(answer)) return problems;
  const operation = findOperation(document, method, path);
  if (operation === undefined) return isRefusal(answer) ? problems : [...problems, 'it is no refusal'];
  return [...problems, ...answerProblems(document, operation, { ...answer, json: parse(text) })];
}

const ofServer: Readonly<Record<number, string>> = {
  400: 'The browser (or proxy) sent a request that this server could not understand.',
  404: notFoundText,
  405: methodNotAllowedText,
  431: 'The headers of the request are too large.',
};

/** An error of the router, or of the parser before it. */
function isOfServer({ status, text }: RawAnswer): boolean {
  return status in ofServer && text === JSON.stringify({ result: 'error', message: ofServer[status] });
}

/** Of a path that is no operation: what is asked of it before that is said, in the form of its version. */
function isRefusal({ status, text }: RawAnswer): boolean {
  const body = parse(text) as any;
  if (status === 400) return /^[^]* notification type is not supported/.test(body?.message as string);
  if (Array.isArray(body?.message?.token)) return body.result === 'error' && [401, 403].includes(status);
  return body?.status_code === status && body.errors?.length === 1 && body.errors[0].error === 'AuthError';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function show({ bytes }: RawRequest): string {
  return JSON.stringify(bytes.toString('latin1').slice(0, 1500));
}

function showAnswer(answer: RawAnswer | NoAnswer): string {
  return typeof answer === 'string'
    ? answer
    : `${answer.status} ${JSON.stringify(answer.headers)} ${answer.text.slice(0, 600)}`;
}
