import { describe, expect, test } from 'vitest';
import type { ConfigKey } from '../../../src/lib/config/key.ts';
import { configSchema, defaultStateDir, type ConfigName } from '../../../src/lib/config/schema.ts';

const entries = Object.entries(configSchema) as [ConfigName, ConfigKey<unknown>][];
const parse = (name: ConfigName, text: string): unknown => (configSchema[name] as ConfigKey<unknown>).parse(text);

describe.each(entries)('%s', (name, key) => {
  test('is documented', () => {
    expect(key.help).toMatch(/^[A-Z].{15,}\.$/);
    expect(key.type).not.toBe('');
    expect(name).toMatch(/^[a-z][a-z0-9]*([A-Z][a-z]+)*$/);
  });

  test('has variables that follow its name', () => {
    const ours = `NOTIFY_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    expect(key.env).toContain(ours);
    for (const variable of key.env) {
      expect(variable).toMatch(/^[A-Z]+(_[A-Z][A-Z0-9]*)*$/);
      expect(variable).not.toMatch(/_FILE$/);
    }
  });

  test('has a default that it accepts itself', () => {
    const isSpoken = key.default === null || key.default === '' || (key.secret && key.defaultText !== undefined);
    if (isSpoken) expect(key.defaultText).toBeTruthy();
    else expect(key.parse(toText(key.default))).toEqual(key.default);
  });
});

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}

test('no two keys share a variable', () => {
  const variables = entries.flatMap(([, { env }]) => env);
  expect(new Set(variables).size).toBe(variables.length);
});

test('what may hold a password is a secret', () => {
  expect(entries.filter(([, { secret }]) => secret).map(([name]) => name)).toEqual([
    'databaseUrl',
    'redisUrl',
    'secretKeys',
    'smtpUrl',
    'mmgApiKey',
    'mmgReceiptCredentials',
    'firetextApiKey',
    'firetextInternationalApiKey',
    'firetextReceiptCredentials',
    'smsWebhook',
    'mmgInboundUsernames',
    'mmgInboundPasswords',
    'firetextInboundPasswords',
    'broadcastRoutes',
    'broadcastSigningKey',
    'broadcastSigningCertificate',
    'printSftpUrl',
    'printSftpKey',
    'printApiPassword',
    'printApiKey',
    'internalClients',
  ]);
});

test.each<[ConfigName, string, unknown]>([
  ['mmgInboundPasswords', '["old", "new"]', ['old', 'new']],
  [
    'sesTopicArns',
    'arn:aws:sns:eu-west-1:1:a, arn:aws:sns:eu-west-1:1:b',
    ['arn:aws:sns:eu-west-1:1:a', 'arn:aws:sns:eu-west-1:1:b'],
  ],
  ['databaseUrl', 'postgres://localhost/notify', 'postgres://localhost/notify'],
  [
    'databaseUrl',
    'postgresql://u:p%40@[::1]:5432/db?sslmode=require',
    'postgresql://u:p%40@[::1]:5432/db?sslmode=require',
  ],
  ['databaseUrl', ' postgres://localhost/notify\n', 'postgres://localhost/notify'],
  ['redisUrl', 'rediss://:secret@cache:6379/1', 'rediss://:secret@cache:6379/1'],
  ['stateDir', '/var/lib/notify', '/var/lib/notify'],
  ['host', '0.0.0.0', '0.0.0.0'],
  ['port', '0', 0],
  ['port', '65535', 65_535],
  ['adminPort', 'off', null],
  ['adminPort', '9611', 9611],
  ['publicUrl', 'https://notify.example', 'https://notify.example'],
  ['publicUrl', 'https://notify.example/', 'https://notify.example'],
  ['publicUrl', 'http://localhost:6011//', 'http://localhost:6011'],
  ['publicUrl', ' HTTPS://Notify.Example:443/base/ ', 'https://notify.example/base'],
  ['trustedProxies', '10.0.0.0/8,  ::1 ,,192.0.2.1', ['10.0.0.0/8', '::1', '192.0.2.1']],
  ['trustedProxies', '["10.0.0.0/8","fd00::/8"]', ['10.0.0.0/8', 'fd00::/8']],
  ['trustedProxies', 'loopback', ['loopback']],
  ['callbackAllowedHosts', 'a.internal:8443, 10.0.0.0/8,[::1]:80', ['a.internal:8443', '10.0.0.0/8', '[::1]:80']],
  ['internalClients', '{"admin":["a","b"]}', { admin: ['a', 'b'] }],
  ['internalClients', '{"admin":"a"}', { admin: ['a'] }],
  ['internalClients', '{}', {}],
  ['retrySchedules', '{"t":{"maxRetries":0,"delays":[0]}}', { t: { maxRetries: 0, delays: [0] } }],
  ['workerConcurrency', '1000', 1000],
  ['drainDelay', '0', 0],
  ['logLevel', 'silent', 'silent'],
  ['logFormat', 'json', 'json'],
])('%s takes %j', (name, text, value) => {
  expect(parse(name, text)).toEqual(value);
});

const aPort = 'expected a port from 0 to 65535';
const clients = 'expected an object of client id to a list of secrets';
const schedules = 'expected an object of task to {"maxRetries": whole number, "delays": [seconds, at least one]}';
const base = 'expected a URL beginning with http:// or https://, without user and query';
const addresses = 'expected IP addresses or CIDR ranges, separated by commas';

test.each<[ConfigName, string, string]>([
  ['databaseUrl', 'mysql://x/', 'expected a URL beginning with postgres:// or postgresql://'],
  ['databaseUrl', 'localhost', 'expected a URL beginning with postgres:// or postgresql://'],
  ['databaseUrl', '', 'expected a URL beginning with postgres:// or postgresql://'],
  ['redisUrl', 'redis', 'expected a URL beginning with redis:// or rediss://'],
  ['smtpUrl', 'mail.example:587', 'expected a URL beginning with smtp:// or smtps://'],
  ['stateDir', './state', 'expected an absolute path'],
  ['host', '', 'expected a text that is not empty'],
  ['port', '65536', aPort],
  ['port', '-1', aPort],
  ['port', '80.0', aPort],
  ['port', '0x50', aPort],
  ['port', '', aPort],
  ['port', 'off', aPort],
  ['port', '١', aPort],
  ['adminPort', 'none', `${aPort} or 'off'`],
  ['publicUrl', 'notify.example', base],
  ['publicUrl', 'ftp://notify.example', base],
  ['publicUrl', 'https://notify.example/?', base],
  ['publicUrl', 'https://notify.example/#top', base],
  ['adminUrl', 'https://user:password@notify.example', base],
  ['trustedProxies', 'proxy.example', addresses],
  ['trustedProxies', '10.0.0.0/33', addresses],
  ['trustedProxies', '10.0.0.0/8/8', addresses],
  ['trustedProxies', '10.0.0.0/0', addresses],
  ['trustedProxies', '10.0.0.0/', addresses],
  ['trustedProxies', '10.0.0', addresses],
  ['mmgInboundPasswords', '[""]', 'expected a JSON list ["text", …]'],
  ['mmgInboundPasswords', 'old', 'expected JSON, ["text", …]'],
  ['internalClients', '{', 'expected JSON, {"client id": ["secret", …]}'],
  ['internalClients', '[]', clients],
  ['internalClients', '{"a":[]}', clients],
  ['internalClients', '{"a":[""]}', clients],
  ['internalClients', '{"a":""}', clients],
  ['internalClients', '{"a":{"b":"secret"}}', clients],
  ['internalClients', '{"a":[1]}', clients],
  ['internalClients', 'null', clients],
  ['retrySchedules', 'x', 'expected JSON, {"task": {"maxRetries": n, "delays": [seconds, …]}}'],
  ['retrySchedules', '{"t":{"maxRetries":1}}', schedules],
  ['retrySchedules', '{"t":{"maxRetries":1,"delays":[]}}', schedules],
  ['retrySchedules', '{"t":{"maxRetries":-1,"delays":[1]}}', schedules],
  ['retrySchedules', '{"t":{"maxRetries":1,"delays":[0.5]}}', schedules],
  ['retrySchedules', '{"t":{"maxRetries":1,"delays":[1],"queue":"x"}}', schedules],
  ['workerConcurrency', '0', 'expected a whole number from 1 to 1000'],
  ['workerConcurrency', '1001', 'expected a whole number from 1 to 1000'],
  ['workerConcurrency', '1e2', 'expected a whole number from 1 to 1000'],
  ['workerConcurrency', ' 1', 'expected a whole number from 1 to 1000'],
  ['requestTimeout', '0', 'expected a whole number from 1 to 3600 (seconds)'],
  ['logLevel', 'INFO', 'expected one of trace, debug, info, warn, error, silent'],
  ['logFormat', '', 'expected one of auto, json, text'],
])('%s refuses %j', (name, text, message) => {
  expect(() => parse(name, text)).toThrow(new Error(message));
});

test.each([
  [{ XDG_STATE_HOME: '/xdg', HOME: '/home/x' }, '/xdg/notify'],
  [{ HOME: '/home/x' }, '/home/x/.local/state/notify'],
  [{ XDG_STATE_HOME: '', HOME: '/home/x' }, '/home/x/.local/state/notify'],
])('without a state folder and with %j it is %s', (environment, folder) => {
  expect(defaultStateDir(environment)).toBe(folder);
});
