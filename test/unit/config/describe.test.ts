import { expect, test } from 'vitest';
import { describeConfig } from '../../../src/lib/config/describe.ts';
import { loadConfig } from '../../../src/lib/config/load.ts';
import { configSchema } from '../../../src/lib/config/schema.ts';

const secret = Buffer.alloc(32, 'key').toString('base64');
const rows = describeConfig(
  loadConfig({
    flags: { port: '0' },
    environment: {
      HOME: '/home/x',
      DATABASE_URL: 'postgres://user:hunter2@host/db',
      NOTIFY_SECRET_KEYS: `k1:${secret}`,
      NOTIFY_INTERNAL_CLIENTS: '{"admin":["hunter2"]}',
      NOTIFY_ADMIN_PORT: 'off',
      NOTIFY_TRUSTED_PROXIES: '10.0.0.0/8',
      NOTIFY_PUBLIC_URL: 'https://notify.example',
    },
  }),
);
const rowOf = (key: string) => rows.find((row) => row.key === key);

test('every key has a row, in the order of the schema', () => {
  expect(rows.map(({ key }) => key)).toEqual(Object.keys(configSchema));
});

test.each([
  ['databaseUrl', '(hidden)', 'environment DATABASE_URL'],
  ['redisUrl', '(no Redis)', 'default'],
  ['stateDir', '/home/x/.local/state/notify', 'default'],
  ['secretKeys', '(hidden)', 'environment NOTIFY_SECRET_KEYS'],
  ['port', '0', 'flag --port'],
  ['adminPort', 'off', 'environment NOTIFY_ADMIN_PORT'],
  ['publicUrl', 'https://notify.example', 'environment NOTIFY_PUBLIC_URL'],
  ['adminUrl', '(the public URL)', 'default'],
  ['smtpUrl', '(no SMTP: emails go to the sandbox)', 'default'],
  ['trustedProxies', '["10.0.0.0/8"]', 'environment NOTIFY_TRUSTED_PROXIES'],
  ['internalClients', '(hidden)', 'environment NOTIFY_INTERNAL_CLIENTS'],
  ['retrySchedules', '{}', 'default'],
  ['logLevel', 'info', 'default'],
])('%s reads %s from %s', (key, value, source) => {
  expect(rowOf(key)).toMatchObject({ value, source });
});

test('a row tells type, variable and help', () => {
  expect(rowOf('port')).toEqual({
    key: 'port',
    value: '0',
    source: 'flag --port',
    type: 'port',
    env: 'PORT',
    help: 'Port of the public API. 0 takes a free port.',
  });
});

test('no secret is in any row', () => {
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`hunter2|${secret}`));
});
