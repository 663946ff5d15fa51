import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flagName, loadConfig, type LoadConfigInput } from '../../../src/lib/config/load.ts';
import { isAppError } from '../../../src/lib/core/errors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: unknown, name = 'notify.config.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Loads with nothing of the machine's own: no environment, no file. */
function load(input: LoadConfigInput = {}) {
  return loadConfig({ environment: {}, file: fileWith({}, 'empty.json'), ...input });
}

function problemsOf(input: LoadConfigInput): string[] {
  try {
    load(input);
  } catch (error) {
    if (!isAppError(error, 'CONFIG_INVALID')) throw error;
    expect(error.message.split('\n')).toEqual(error.details?.['problems']);
    expect(error.kind.exitCode).toBe(78);
    return error.details?.['problems'] as string[];
  }
  throw new Error('It was not refused');
}

describe('precedence', () => {
  test('a flag beats the environment, which beats the file, which beats the default', () => {
    const file = fileWith({ port: 4000, host: 'from-file', logLevel: 'warn' });
    const environment = { PORT: '3000', NOTIFY_HOST: 'from-environment' };
    const { config, sources } = load({ flags: { port: '2000' }, environment, file });
    expect(config).toMatchObject({ port: 2000, host: 'from-environment', logLevel: 'warn', drainDelay: 5 });
    expect(sources).toMatchObject({
      port: { source: 'flag', name: '--port' },
      host: { source: 'environment', name: 'NOTIFY_HOST' },
      logLevel: { source: 'config file', name: 'logLevel' },
      drainDelay: { source: 'default', name: 'drainDelay' },
    });
  });

  test('the usual name of a variable beats ours', () => {
    const { config, sources } = load({ environment: { NOTIFY_PORT: '1', PORT: '2' } });
    expect([config.port, sources.port.name]).toEqual([2, 'PORT']);
    expect(load({ environment: { NOTIFY_PORT: '1', PORT: '' } }).config.port).toBe(1);
  });

  test('an empty variable and a null in the file are not set', () => {
    const file = fileWith({ logLevel: null });
    expect(load({ environment: { NOTIFY_HOST: '' }, file }).sources).toMatchObject({
      host: { source: 'default' },
      logLevel: { source: 'default' },
    });
  });
});

describe('a secret as a file', () => {
  test('is read without its line end', () => {
    const path = fileWith('postgres://user:password@host/db\n', 'database-url');
    const { config, sources } = load({ environment: { DATABASE_URL_FILE: path } });
    expect(config.databaseUrl).toBe('postgres://user:password@host/db');
    expect(sources.databaseUrl).toEqual({ source: 'secret file', name: 'DATABASE_URL_FILE' });
  });

  test('loses against the variable itself, and wins against a later name and the configuration file', () => {
    const path = fileWith('postgres://file/', 'database-url');
    const file = fileWith({ databaseUrl: 'postgres://config-file/' });
    const urlFrom = (environment: Record<string, string>) => load({ environment, file }).config.databaseUrl;
    expect(urlFrom({ DATABASE_URL: 'postgres://variable/', DATABASE_URL_FILE: path })).toBe('postgres://variable/');
    expect(urlFrom({ NOTIFY_DATABASE_URL: 'postgres://later/', DATABASE_URL_FILE: path })).toBe('postgres://file/');
    expect(urlFrom({ DATABASE_URL: '', DATABASE_URL_FILE: path })).toBe('postgres://file/');
    expect(urlFrom({})).toBe('postgres://config-file/');
  });

  test('that cannot be read is a problem with its path', () => {
    const [problem, ...others] = problemsOf({ environment: { NOTIFY_SMTP_URL_FILE: join(folder, 'nowhere') } });
    expect(problem).toMatch(/^NOTIFY_SMTP_URL_FILE is '.*nowhere', which does not exist: expected a file$/);
    expect(others).toEqual([]);
  });

  test('is for secrets only', () => {
    expect(load({ environment: { NOTIFY_HOST_FILE: fileWith('x', 'host') } }).config.host).toBe('127.0.0.1');
  });
});

describe('the configuration file', () => {
  test('may spell values as JSON or as text', () => {
    const asJson = fileWith({
      port: 80,
      trustedProxies: ['10.0.0.0/8', '::1'],
      internalClients: { 'notify-admin': ['s1', 's2'] },
      retrySchedules: { deliver_sms: { maxRetries: 2, delays: [1, 2] } },
    });
    const expected = {
      port: 80,
      trustedProxies: ['10.0.0.0/8', '::1'],
      internalClients: { 'notify-admin': ['s1', 's2'] },
      retrySchedules: { deliver_sms: { maxRetries: 2, delays: [1, 2] } },
    };
    expect(load({ file: asJson }).config).toMatchObject(expected);
    const asText = fileWith({
      port: '80',
      trustedProxies: '10.0.0.0/8, ::1',
      internalClients: '{"notify-admin": ["s1", "s2"]}',
      retrySchedules: '{"deliver_sms": {"maxRetries": 2, "delays": [1, 2]}}',
    });
    expect(load({ file: asText }).config).toMatchObject(expected);
  });

  test('is looked for in the working folder, or where NOTIFY_CONFIG_FILE says', () => {
    const elsewhere = fileWith({ host: 'elsewhere' }, 'other.json');
    expect(loadConfig({ environment: { NOTIFY_CONFIG_FILE: elsewhere } }).config.host).toBe('elsewhere');
    const working = join(folder, 'working');
    mkdirSync(working);
    const before = process.cwd();
    try {
      process.chdir(working);
      expect(loadConfig({ environment: {} }).config.host).toBe('127.0.0.1');
      writeFileSync(join(working, 'notify.config.json'), '{"host": "here"}');
      expect(loadConfig({ environment: {} }).config.host).toBe('here');
      expect(loadConfig({ environment: { NOTIFY_CONFIG_FILE: elsewhere } }).config.host).toBe('elsewhere');
    } finally {
      process.chdir(before);
    }
  });

  test('that was named must be there', () => {
    const named = 'The configuration file (--config-file, NOTIFY_CONFIG_FILE) is';
    const nowhere = join(folder, 'nowhere', 'notify.config.json');
    expect(problemsOf({ file: nowhere })).toEqual([`${named} '${nowhere}', which does not exist: expected a file`]);
    expect(problemsOf({ file: folder })).toEqual([`${named} '${folder}', which is a folder: expected a file`]);
  });

  test.each(['[]', 'null', '"text"', '1'])('must be an object, not %s', (content) => {
    const file = fileWith(content);
    expect(problemsOf({ file })).toEqual([`The configuration file ${file} cannot be used: it is not a JSON object`]);
  });

  test('that is not JSON is refused without quoting what it holds', () => {
    for (const content of [
      '{"secretKeys": "k1:c2VjcmV0IGtleQ==" "x"}',
      "{'databaseUrl': 'postgres://user:hunter2@host/db'}",
      '{"databaseUrl": hunter2}',
      'hunter2',
      '',
    ]) {
      const file = fileWith(content);
      const problems = problemsOf({ file });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`The configuration file ${file} cannot be used: it is not valid JSON`);
      expect(problems[0]).not.toMatch(/hunter|c2Vj|databaseUrl/);
    }
    expect(problemsOf({ file: fileWith('{\n  "port": 1,\n}') })[0]).toContain('(line 3 column 1)');
  });

  test('with unknown keys is refused, each with the keys that exist', () => {
    const file = fileWith('{"databaseurl": "x", "toString": 1, "__proto__": {}, "port": 1}');
    const problems = problemsOf({ file });
    expect(problems.map((problem) => /unknown key '(.*?)'/.exec(problem)?.[1])).toEqual([
      'databaseurl',
      'toString',
      '__proto__',
    ]);
    expect(problems[0]).toContain('known keys: databaseUrl, redisUrl, stateDir');
  });
});

describe('problems', () => {
  test('are told all at once, each with key, value and expectation', () => {
    const file = fileWith({ workerConcurrency: 0, nonsense: true });
    expect(
      problemsOf({
        flags: { port: '70000' },
        environment: { NOTIFY_LOG_LEVEL: 'loud', NOTIFY_STATE_DIR: 'here' },
        file,
      }),
    ).toEqual([
      expect.stringContaining("unknown key 'nonsense'"),
      "NOTIFY_STATE_DIR is 'here': expected an absolute path",
      "--port is '70000': expected a port from 0 to 65535",
      "workerConcurrency is '0': expected a whole number from 1 to 1000",
      "NOTIFY_LOG_LEVEL is 'loud': expected one of trace, debug, info, warn, error, silent",
    ]);
  });

  test('do not show secrets, wherever they come from', () => {
    const hidden = 'hunter2';
    const environment = {
      DATABASE_URL: `mysql://${hidden}@host/`,
      REDIS_URL_FILE: fileWith(`http://${hidden}`, 'redis-url'),
      NOTIFY_SECRET_KEYS: `k1:${hidden}`,
    };
    const file = fileWith({ smtpUrl: hidden, internalClients: { admin: { secret: hidden } } });
    const problems = problemsOf({ flags: {}, environment, file });
    expect(problems).toEqual([
      'DATABASE_URL is (hidden): expected a URL beginning with postgres:// or postgresql://',
      'REDIS_URL_FILE is (hidden): expected a URL beginning with redis:// or rediss://',
      "NOTIFY_SECRET_KEYS is (hidden): expected 32 bytes in base64 for key 'k1' and found 5",
      'smtpUrl is (hidden): expected a URL beginning with smtp:// or smtps://',
      'internalClients is (hidden): expected an object of client id to a list of secrets',
    ]);
  });
});

test.each([
  ['databaseUrl', '--database-url'],
  ['port', '--port'],
  ['adminPort', '--admin-port'],
] as const)('the flag of %s is %s', (name, flag) => {
  expect(flagName(name)).toBe(flag);
});
