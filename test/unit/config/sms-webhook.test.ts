import { expect, test } from 'vitest';
import { readSmsWebhook } from '../../../src/lib/config/sms-webhook.ts';

const url = 'https://gateway.example/send';

test('a gateway needs no more than a URL', () => {
  expect(readSmsWebhook({ url })).toEqual({
    method: 'POST',
    url,
    headers: {},
    body: null,
    encoding: 'text',
    success: { status: null, path: null, equals: null, contains: null },
    receipts: null,
    international: true,
    timeout: 10,
  });
});

test.each([
  [
    { body: { a: '((to))' } },
    { body: '{"a":"((to))"}', encoding: 'json', headers: { 'content-type': 'application/json' } },
  ],
  [
    { headers: { 'Content-Type': 'application/vnd.x+json' }, body: '{"a":"((to))"}' },
    { body: '{"a":"((to))"}', encoding: 'json', headers: { 'Content-Type': 'application/vnd.x+json' } },
  ],
  [
    { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: 'x' },
    { encoding: 'form' },
  ],
  [{ headers: { 'content-type': 'application/xml' }, body: '<x/>' }, { encoding: 'xml' }],
  [{ headers: { 'content-type': 'text/plain' }, body: '((content))' }, { encoding: 'text' }],
  [
    { success: { status: [202], path: 'a.b', equals: null } },
    { success: { status: [202], path: 'a.b', equals: null, contains: null } },
  ],
])('%j is read', (webhook, expected) => {
  expect(readSmsWebhook({ url, ...webhook })).toMatchObject(expected);
});

const urlExpected = 'expected url to begin with http:// or https://, with a fixed host, without user and fragment';

test.each<[unknown, string]>([
  ['x', 'expected a JSON object'],
  [[], 'expected a JSON object'],
  [{}, 'expected url to be a text'],
  [{ url: 'ftp://x' }, urlExpected],
  [{ url: 'https://user:pw@x/' }, urlExpected],
  [{ url: 'https://((to)).example/' }, urlExpected],
  [{ url: 'https://x/#y' }, urlExpected],
  [
    { url: `${url}?a=((name))` },
    'expected the placeholders ((to)), ((from)), ((content)) and ((reference)) only; url has ((name))',
  ],
  [
    { url, typo: 1 },
    "expected no key 'typo'; known are url, method, headers, body, success, receipts, international, timeout",
  ],
  [{ url, method: 'DELETE' }, 'expected method to be one of POST, GET, PUT, PATCH'],
  [{ url, headers: { 'a b': 'x' } }, 'expected header a b to have a valid name and a value in printable ASCII'],
  [{ url, headers: { a: 'x\ny' } }, 'expected header a to have a valid name and a value in printable ASCII'],
  [{ url, headers: { a: 1 } }, 'expected header a to be a text'],
  [{ url, method: 'GET', body: {} }, 'expected no body with method GET'],
  [{ url, body: 'x' }, 'expected a content-type header for a body that is a text'],
  [
    { url, headers: { 'content-type': 'application/json' }, body: '{"a":((to))}' },
    'expected body to be JSON whose placeholders stand between quotation marks',
  ],
  [{ url, success: { status: [301] } }, 'expected success.status to be a list of statuses from 200 to 299'],
  [{ url, success: { status: [] } }, 'expected success.status to be a list of statuses from 200 to 299'],
  [{ url, success: { path: 'a' } }, 'expected success.path and success.equals to be given together'],
  [{ url, success: { equals: 1 } }, 'expected success.path and success.equals to be given together'],
  [{ url, success: { path: 'a', equals: {} } }, 'expected success.equals to be a text, a number, true, false or null'],
  [{ url, success: { contains: 1 } }, 'expected success.contains to be a text'],
  [{ url, timeout: 0 }, 'expected timeout to be a number of seconds up to 60'],
  [{ url, timeout: 61 }, 'expected timeout to be a number of seconds up to 60'],
])('%j is refused: %s', (webhook, message) => {
  expect(() => readSmsWebhook(webhook)).toThrow(new Error(message));
});

const secrets = ['s3cret'];
const statuses = { delivered: ['DELIVRD'] };

test.each<[unknown, unknown]>([
  [undefined, null],
  [false, null],
  [
    { secrets, statuses },
    {
      secrets,
      header: 'authorization',
      reference: 'reference',
      status: 'status',
      statuses: new Map([['DELIVRD', 'delivered']]),
    },
  ],
  [
    {
      secrets: ['new', 'old'],
      header: 'X-Token',
      reference: 'results.0.ref',
      status: 'results.0.state',
      statuses: { 'permanent-failure': ['UNDELIV', 5], 'temporary-failure': [], pending: ['8'], delivered: [1] },
    },
    {
      secrets: ['new', 'old'],
      header: 'x-token',
      reference: 'results.0.ref',
      status: 'results.0.state',
      statuses: new Map([
        ['1', 'delivered'],
        ['8', 'pending'],
        ['UNDELIV', 'permanent-failure'],
        ['5', 'permanent-failure'],
      ]),
    },
  ],
])('the receipts %j are read', (receipts, expected) => {
  expect(readSmsWebhook({ url, receipts }).receipts).toEqual(expected);
});

test.each<[unknown, RegExp]>([
  [true, /^expected receipts to be false or \{"secrets", /],
  ['yes', /^expected receipts to be false or \{/],
  [{ secrets, statuses, typo: 1 }, /^expected no key 'typo' in receipts; known are secrets, header, /],
  [{ statuses }, /^expected receipts\.secrets to be a list of texts, with at least one$/],
  [{ secrets: [], statuses }, /^expected receipts\.secrets /],
  [{ secrets: [''], statuses }, /^expected receipts\.secrets /],
  [{ secrets: 'x', statuses }, /^expected receipts\.secrets /],
  [{ secrets, statuses, header: 'a b' }, /^expected receipts\.header to be the name of a header$/],
  [{ secrets, statuses, reference: '' }, /^expected receipts\.reference to be a text$/],
  [{ secrets, statuses, status: 1 }, /^expected receipts\.status to be a text$/],
  [{ secrets }, /^expected receipts\.statuses to be an object/],
  [{ secrets, statuses: { sent: ['x'] } }, /^expected no key 'sent' in receipts\.statuses; known are delivered, /],
  [{ secrets, statuses: { delivered: 'x' } }, /^expected receipts\.statuses\.delivered to be a list /],
  [{ secrets, statuses: { delivered: [1], pending: ['1'] } }, /^expected '1' once in receipts\.statuses$/],
  [{ secrets, statuses: { pending: ['x'] } }, /^expected receipts\.statuses\.delivered to have a code$/],
])('the receipts %j are refused: %s', (receipts, message) => {
  expect(() => readSmsWebhook({ url, receipts })).toThrow(message);
});
