import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load.ts';
import type { Config } from '../../../src/lib/config/schema.ts';

const load = (environment: Record<string, string>): Config =>
  loadConfig({ environment: { HOME: '/home/x', ...environment } }).config;

test('nothing is broadcast by itself', () => {
  expect(load({})).toMatchObject({
    broadcastTransport: 'off',
    broadcastProviders: ['ee', 'vodafone', 'three', 'o2'],
    broadcastRoutes: {},
    broadcastBody: 'payload',
    broadcastUpdates: 'off',
    broadcastSigningKey: null,
    broadcastOrganisation: null,
  });
});

const none = { failover: null, certificate: null, key: null, authority: null };

test.each<[string, string, Partial<Config>]>([
  ['ENABLED_CBCS', 'o2, ee', { broadcastProviders: ['ee', 'o2'] }],
  ['NOTIFY_BROADCAST_PROVIDERS', '["three"]', { broadcastProviders: ['three'] }],
  [
    'NOTIFY_BROADCAST_ROUTES',
    '{"ee":{"primary":"https://ee.example/x"}}',
    { broadcastRoutes: { ee: { primary: 'https://ee.example/x', ...none } } },
  ],
  [
    'NOTIFY_BROADCAST_ROUTES',
    '{"o2":{"primary":"http://a/","failover":"http://b/","certificate":"/c.pem","key":"/k.pem"}}',
    {
      broadcastRoutes: {
        o2: { primary: 'http://a/', failover: 'http://b/', certificate: '/c.pem', key: '/k.pem', authority: null },
      },
    },
  ],
])('%s may be %s', (name, value, expected) => {
  expect(load({ [name]: value })).toMatchObject(expected);
});

test.each([
  ['NOTIFY_BROADCAST_PROVIDERS', 'ee,orange', 'expected names out of ee, vodafone, three, o2'],
  ['NOTIFY_BROADCAST_TRANSPORT', 'smoke', 'expected one of off, http, file'],
  ['NOTIFY_BROADCAST_ROUTES', '[]', 'expected an object'],
  ['NOTIFY_BROADCAST_ROUTES', '{"orange":{}}', "not 'orange'"],
  [
    'NOTIFY_BROADCAST_ROUTES',
    '{"ee":{"primary":"ftp://x"}}',
    "expected the primary of the routes of 'ee' to be an http or https URL",
  ],
  ['NOTIFY_BROADCAST_ROUTES', '{"ee":{"primary":"http://x","failover":"y"}}', 'expected the failover'],
  [
    'NOTIFY_BROADCAST_ROUTES',
    '{"ee":{"primary":"http://x","key":"/k"}}',
    'to have a certificate and a key, or neither',
  ],
  ['NOTIFY_BROADCAST_ROUTES', '{"ee":{"primary":"http://x","authority":"ca.pem"}}', 'to be an absolute path'],
  ['NOTIFY_BROADCAST_ROUTES', '{"ee":{"primary":"http://x","spare":"http://y"}}', "expected no 'spare'"],
  ['NOTIFY_BROADCAST_ORGANISATION', 'x', 'expected an id (UUID)'],
])('%s may not be %s', (name, value, problem) => {
  expect(() => load({ [name]: value })).toThrow(problem);
});
