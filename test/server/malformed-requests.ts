/** Requests that no client should send, each made from a good one by the choices of a seed. */
import { malformedBody } from './malformed-json.ts';
import { goodToken, oddAuthorization, type Signer } from './malformed-tokens.ts';
import type { Random } from './random.ts';

export interface GoodRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly bytes: Buffer;
}

interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  text: string | Buffer | null;
}

/** A request with one to three faults. */
export function malformedRequest(random: Random, good: GoodRequest, signer: Signer): RawRequest {
  const draft: Draft = {
    method: good.method,
    path: good.path,
    headers: [['Authorization', `Bearer ${goodToken(signer)}`]],
    text: good.body === undefined ? null : JSON.stringify(good.body),
  };
  const faults = [
    ...(good.body === undefined ? [] : Array<Fault>(5).fill(breakBody)),
    breakToken,
    breakHeaders,
    breakPath,
    breakQuery,
    breakMethod,
  ];
  const count = random.pick([1, 1, 1, 2, 3]);
  for (let n = 0; n < count; n += 1) random.pick(faults)(random, draft, { good, signer });
  return { method: draft.method, path: draft.path, bytes: write(draft) };
}

type Fault = (random: Random, draft: Draft, context: { good: GoodRequest; signer: Signer }) => void;

const breakBody: Fault = (random, draft, { good }) => {
  draft.text = malformedBody(random, good.body);
};

const breakToken: Fault = (random, draft, { signer }) => {
  draft.headers = draft.headers.filter(([name]) => name !== 'Authorization');
  for (const value of oddAuthorization(random, signer)) draft.headers.push(['Authorization', value]);
};

const breakHeaders: Fault = (random, draft) => {
  const count = 1 + random.integer(3);
  for (let n = 0; n < count; n += 1) draft.headers.push(random.pick(oddHeaders));
};

const breakPath: Fault = (random, draft) => {
  const segments = draft.path.split('?')[0]!.split('/');
  const at = 1 + random.integer(segments.length - 1);
  const segment = segments[at]!;
  const uuid = /^[0-9a-f]{8}-/.test(segment) && random.chance(0.8);
  segments[at] = uuid ? random.pick(uuidForms)(segment) : random.pick(oddSegments)(segment);
  draft.path = segments.join('/');
};

const breakQuery: Fault = (random, draft) => {
  const count = 1 + random.integer(3);
  const parts = Array.from({ length: count }, () => random.pick(oddQueries));
  draft.path += (draft.path.includes('?') ? '&' : '?') + parts.join('&');
};

const breakMethod: Fault = (random, draft) => {
  draft.method = random.pick(oddMethods);
};

/** Always framed rightly: what follows on the connection must be the next request. */
function write({ method, path, headers, text }: Draft): Buffer {
  const body = text === null ? null : Buffer.from(text as string);
  const hasHost = headers.some(([name]) => name === 'Host');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(hasHost ? [] : ['Host: notify.example']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [`Content-Length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

const oddMethods = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'LINK',
  'QUERY',
  'get',
  'Post',
  'GE T',
  'FOO',
  'G\0T',
  'GETGETGETGETGETGETGETGET',
];

const uuidForms: readonly ((id: string) => string)[] = [
  (id) => id.toUpperCase(),
  (id) => id.replaceAll('-', ''),
  (id) => `{${id}}`,
  (id) => `urn:uuid:${id}`,
  (id) => id.slice(1),
  (id) => `${id}0`,
  (id) => `%20${id}`,
  (id) => `${id}%0a`,
  (id) => `${id}%00`,
  (id) => id.replaceAll('-', '%E2%80%90'),
  // Digits and letters that only look like ASCII's.
  (id) => id.replace(/\d/, '%EF%BC%90'),
  (id) => id.replace(/\d/, '%D9%A0'),
  (id) => id.replace('a', '%D0%B0'),
  (id) => `0x${id}`,
  (id) => `${id},${id}`,
  (id) => `${id};${id}`,
  (id) => id.replace(/^./, 'g'),
  () => '00000000-0000-0000-0000-000000000000',
  () => 'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

const oddSegments: readonly ((segment: string) => string)[] = [
  () => '',
  () => '.',
  () => '..',
  () => '%2e%2e',
  () => '..%2f..%2fpackage.json',
  () => '%252e%252e',
  () => '%',
  () => '%zz',
  () => '%ff',
  () => '%00',
  () => '%c0%ae',
  () => '*',
  () => ':id',
  () => '{id}',
  () => 'null',
  () => '-1',
  () => '0',
  () => '1e3',
  () => '99999999999999999999',
  () => 'x'.repeat(20_000),
  () => '%F0%9F%A6%84',
  () => "'%20OR%201=1--",
  () => '$%7B7*7%7D',
  () => 'a%0d%0aX-Injected:%20yes',
  () => 'x\\y',
  () => 'x"y<z>',
  () => 'é',
  () => 'a b',
  () => 'x\ty',
  () => 'x\0y',
  (segment) => `${segment}/`,
  (segment) => `/${segment}`,
  (segment) => `${segment}/..`,
  (segment) => `${segment}%20`,
  (segment) => `${segment}%2f`,
  (segment) => `${segment};x=1`,
  (segment) => `${segment}.json`,
  (segment) => `${segment}#fragment`,
  (segment) => segment.toUpperCase(),
  (segment) => segment.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
];

const oddQueries: readonly string[] = [
  '',
  '=',
  '&&&',
  'page=1',
  'status=elephant',
  'status=failed&status=failed',
  'status[]=sent',
  'status=',
  'template_type=orange',
  'type=coconut',
  'type=sms&type=email',
  'include_jobs=1',
  'include_jobs=true',
  'older_than=x',
  'older_than=',
  'older_than=%7B019cd000-0000-7000-8000-000000000000%7D',
  'older_than=019cd000-0000-7000-8000-00000000000%EF%BC%90',
  'reference=%00',
  'reference=%ED%A0%80',
  'reference=%ff',
  'reference=%',
  'reference=%zz',
  `reference=${'x'.repeat(10_000)}`,
  'reference=a%0d%0aX-Injected:%20yes',
  'reference=%F0%9F%A6%84',
  'reference=+%2B+',
  '__proto__=1',
  '__proto__[x]=1',
  'constructor=1',
  'toString=1',
  'a%00b=1',
  '%ff=1',
  'é=ü',
  'simple=',
  'simple=%00',
  'page_size=-1',
  'page_size=1e9',
  'page=0',
  'page=99999999999999999999',
  'limit_days=x',
  'limit_days=-99999999999',
  'key=%00',
  'key=x',
  `${'a=1&'.repeat(3000)}`,
  '?',
  '#',
  '%3D%26',
  "'%20OR%201=1--",
];

const oddHeaders: readonly [string, string][] = [
  ['Content-Type', ''],
  ['Content-Type', 'text/plain; charset=utf-7'],
  ['Content-Type', 'application/json; charset="'],
  ['Content-Type', 'multipart/form-data'],
  ['Content-Type', ';;;'],
  ['Content-Type', '\xff\xfe'],
  ['Content-Encoding', 'gzip'],
  ['Accept', 'application/xml'],
  ['Accept', '\x80'],
  ['Accept-Encoding', 'br;q=nonsense'],
  ['Range', 'bytes=0-0,5-'],
  ['If-None-Match', '*'],
  ['If-Modified-Since', 'yesterday'],
  ['Expect', '100-continue'],
  ['Expect', 'miracles'],
  // Not with `Connection: Upgrade`: then Node.js 24 never answers a next request that it cannot parse.
  ['Upgrade', 'websocket'],
  ['Connection', 'close'],
  ['Connection', 'keep-alive, x, y'],
  ['TE', 'trailers'],
  ['Cookie', 'a=b; a=c; =;;'],
  ['Origin', 'null'],
  ['Host', ''],
  ['Host', 'evil.example:99999'],
  ['Host', 'a b<c>"d'],
  ['Host', 'x'.repeat(5000)],
  ['X-Forwarded-For', '127.0.0.1, ::1, nonsense'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Proto', 'javascript'],
  ['Forwarded', 'for="[::1]";host=evil.example'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Original-URL', '/_status'],
  ['X-B3-TraceId', '\xe9\xe9'],
  ['X-B3-TraceId', 'x'.repeat(2000)],
  ['X-B3-TraceId', 'a\r\nX-Injected: yes'],
  ['X-B3-SpanId', 'a\tb'],
  ['X-Amzn-Trace-Id', '<b>'],
  ['Idempotency-Key', ''],
  ['Idempotency-Key', 'x'.repeat(256)],
  ['Idempotency-Key', '\xe9'],
  ['Idempotency-Key', 'a\tb'],
  ['Idempotency-Key', 'the same for everybody'],
  ['Content-Length', '-1'],
  ['Content-Length', '1e3'],
  ['Transfer-Encoding', 'gzip'],
  ['X Bad Name', '1'],
  ['X-Nul', 'a\0b'],
  ['X-Fold', 'a\r\n b'],
  ['X-Return', 'a\rb'],
  ['', 'no name'],
  ['X-Long', 'x'.repeat(30_000)],
  ['X-Longer', 'x'.repeat(70_000)],
  ['__proto__', 'x'],
  ['constructor', 'x'],
];
