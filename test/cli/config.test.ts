/** Where configuration comes from, what is shown of it, and what is said of mistakes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliOptions } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  readonly type: string;
  readonly env: string;
  readonly help: string;
}

const password = 'correct-horse-battery';

async function show(args: readonly string[] = [], options: CliOptions = {}): Promise<Map<string, Row>> {
  const answer = await runCommand(['config', 'show', '--json', ...args], options);
  expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
  expect(answer.stdout).not.toContain(password);
  const { status, result } = answer.json();
  expect(status).toBe('ok');
  return new Map((result as Row[]).map((row) => [row.key, row]));
}

/** A folder with a configuration file. */
async function folderWith(content: object | string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'notify.config.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

describe.concurrent('config show', () => {
  it('tells every key with its value, source, type, variable and help', async () => {
    const rows = await show();
    expect(rows.get('port')).toEqual({
      key: 'port',
      value: '6011',
      source: 'default',
      type: 'port',
      env: 'PORT',
      help: expect.stringMatching(/\.$/),
    });
    expect(rows.get('databaseUrl')).toMatchObject({ value: '(the embedded database)', source: 'default' });
    for (const { key, type, env, help } of rows.values()) {
      expect(type, key).not.toBe('');
      expect(env, key).toMatch(/^([A-Z]+_URL|PORT|NOTIFY_[A-Z0-9_]+)$/);
      expect(help, key).toMatch(/\S.*\.$/);
    }
  });

  it('shows it to people as a table', async () => {
    const { exitCode, stdout } = await runCommand(['config', 'show', '--log-level', 'warn'], { env: { PORT: '8080' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^KEY +VALUE +SOURCE +ENVIRONMENT\n/);
    expect(stdout).toMatch(/^port +8080 +environment PORT +PORT$/m);
    expect(stdout).toMatch(/^logLevel +warn +flag --log-level +NOTIFY_LOG_LEVEL$/m);
  });

  it('lets flags win over the environment, and that over the file', async () => {
    const cwd = await folderWith({ logLevel: 'error', port: 7000, emailDomain: 'file.example', drainDelay: 9 });
    const env = { NOTIFY_LOG_LEVEL: 'debug', PORT: '7001' };
    const rows = await show(['--log-level', 'trace'], { cwd, env });
    expect(rows.get('logLevel')).toMatchObject({ value: 'trace', source: 'flag --log-level' });
    expect(rows.get('port')).toMatchObject({ value: '7001', source: 'environment PORT' });
    expect(rows.get('emailDomain')).toMatchObject({ value: 'file.example', source: 'config file emailDomain' });
    expect(rows.get('drainDelay')).toMatchObject({ value: '9', source: 'config file drainDelay' });
    expect(rows.get('host')).toMatchObject({ source: 'default' });
  });

  it('reads another file when a flag or a variable names it', async () => {
    const named = join(await folderWith({ port: 7100 }), 'notify.config.json');
    const other = join(await folderWith({ port: 7200 }), 'notify.config.json');
    const cwd = await folderWith({ port: 7000 });
    const byVariable = await show([], { cwd, env: { NOTIFY_CONFIG_FILE: other } });
    expect(byVariable.get('port')).toMatchObject({ value: '7200' });
    const byFlag = await show(['--config-file', named], { cwd, env: { NOTIFY_CONFIG_FILE: other } });
    expect(byFlag.get('port')).toMatchObject({ value: '7100' });
  });

  it('takes an empty variable as not set', async () => {
    expect((await show([], { env: { PORT: '', DATABASE_URL: '' } })).get('port')).toMatchObject({ source: 'default' });
  });

  it('never shows a secret, wherever it comes from', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'database-url');
    await writeFile(file, `postgres://notify:${password}@db.example/notify\n`);
    const env = {
      DATABASE_URL_FILE: file,
      NOTIFY_SECRET_KEYS: testSecretKeys,
      NOTIFY_SMTP_URL: `smtp://user:${password}@mail.example`,
      NOTIFY_INTERNAL_CLIENTS: JSON.stringify({ admin: [password] }),
    };
    const cwd = await folderWith({ redisUrl: `redis://:${password}@redis.example` });
    const rows = await show([], { cwd, env });
    expect(rows.get('databaseUrl')).toMatchObject({ value: '(hidden)', source: 'secret file DATABASE_URL_FILE' });
    for (const key of ['redisUrl', 'secretKeys', 'smtpUrl', 'internalClients']) {
      expect(rows.get(key), key).toMatchObject({ value: '(hidden)' });
    }
    const { stdout } = await runCommand(['config', 'show'], { cwd, env });
    expect(stdout).not.toContain(password);
    expect(stdout).not.toContain(testSecretKeys.slice(-20));
  });

  it('takes a secret itself before the file with it', async () => {
    const env = { NOTIFY_SECRET_KEYS: testSecretKeys, NOTIFY_SECRET_KEYS_FILE: '/no/such/file' };
    expect((await show([], { env })).get('secretKeys')).toMatchObject({ source: 'environment NOTIFY_SECRET_KEYS' });
  });
});

describe.concurrent('config check', () => {
  it('is content with a good configuration, without starting anything', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/notify', NOTIFY_SECRET_KEYS: testSecretKeys };
    const good = await runCommand(['config', 'check'], { env });
    expect(good).toMatchObject({ exitCode: 0, stderr: '' });
    expect(good.stdout).toMatch(/^The configuration is good \(\d+ keys\)\.\n$/);
    const { status, result } = (await runCommand(['config', 'check', '--json'], { env })).json();
    expect({ status, result }).toEqual({ status: 'ok', result: { keys: expect.any(Number) } });
  });

  it('lists all problems at once: key, value, expectation', async () => {
    const cwd = await folderWith({ drainDelay: 'soon', prot: 7000 });
    const env = {
      PORT: '70000',
      NOTIFY_ADMIN_PORT: 'none',
      NOTIFY_STATE_DIR: 'relative/folder',
      NOTIFY_SHUTDOWN_GRACE: '0',
      NOTIFY_LOG_FORMAT: 'xml',
      NOTIFY_TRUSTED_PROXIES: 'everybody',
      DATABASE_URL: `mysql://root:${password}@db.example`,
      NOTIFY_SECRET_KEYS: `k1:${password}`,
      NOTIFY_SMTP_URL_FILE: '/no/such/file',
    };
    const expected = [
      "PORT is '70000': expected a port from 0 to 65535",
      "NOTIFY_ADMIN_PORT is 'none': expected a port from 0 to 65535 or 'off'",
      "NOTIFY_STATE_DIR is 'relative/folder': expected an absolute path",
      "NOTIFY_SHUTDOWN_GRACE is '0': expected a whole number from 1 to 3600 (seconds)",
      "NOTIFY_LOG_FORMAT is 'xml': expected one of auto, json, text",
      "NOTIFY_TRUSTED_PROXIES is 'everybody': expected IP addresses or CIDR ranges, separated by commas",
      'DATABASE_URL is (hidden): expected a URL beginning with postgres:// or postgresql://',
      "drainDelay is 'soon': expected a whole number from 0 to 3600 (seconds)",
    ];
    const plain = await runCommand(['config', 'check', '--log-level', 'loud'], { cwd, env });
    expect(plain).toMatchObject({ exitCode: 78, stdout: '' });
    const lines = plain.stderr.replace(/^Error: /, '').split('\n');
    expect(lines).toEqual(expect.arrayContaining(expected));
    expect(lines).toContainEqual(
      expect.stringMatching(/notify\.config\.json: unknown key 'prot'; known keys: databaseUrl, /),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^NOTIFY_SECRET_KEYS is \(hidden\): expected /));
    expect(lines).toContainEqual(
      expect.stringMatching(/^NOTIFY_SMTP_URL_FILE is '\/no\/such\/file', which does not exist: expected a file$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^--log-level is 'loud': expected one of trace, /));
    expect(plain.stderr).not.toContain(password);
    expect(plain.stderr).not.toMatch(/\n\s+at /);

    const json = await runCommand(['config', 'check', '--json'], { cwd, env });
    expect(json.exitCode).toBe(78);
    const { code, details } = json.json().error!;
    expect(code).toBe('CONFIG_INVALID');
    expect(details!['problems']).toEqual(expect.arrayContaining(expected));
    expect(json.stdout + json.stderr).not.toContain(password);
  });

  it.each([
    { what: 'no JSON', content: `{"redisUrl": "${password}"`, message: /cannot be used: it is not valid JSON/ },
    { what: 'no object', content: '[1]', message: /cannot be used: it is not a JSON object/ },
  ])('says what is wrong with a file that is $what, without quoting it', async ({ content, message }) => {
    const { exitCode, stderr } = await runCommand(['config', 'check'], { cwd: await folderWith(content) });
    expect(exitCode).toBe(78);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(password);
  });

  it('says that a file which was named is not there', async () => {
    const { exitCode, stderr } = await runCommand(['config', 'check', '--config-file', '/no/such/file.json']);
    expect(exitCode).toBe(78);
    expect(stderr.split('\n', 1)[0]).toBe(
      "Error: The configuration file (--config-file, NOTIFY_CONFIG_FILE) is '/no/such/file.json', which does not exist: expected a file",
    );
  });
});

describe.concurrent('a wrong value stops every command', () => {
  it.each([
    {
      args: ['services', 'list'],
      env: { NOTIFY_DATABASE_POOL_SIZE: '1' },
      problem: "NOTIFY_DATABASE_POOL_SIZE is '1': expected a whole number from 2 to 500",
    },
    { args: ['serve', '--port', '99999'], env: {}, problem: "--port is '99999': expected a port from 0 to 65535" },
    {
      args: ['serve', '--port', '0', '--admin-port', 'x'],
      env: {},
      problem: "--admin-port is 'x': expected a port from 0 to 65535 or 'off'",
    },
    {
      args: ['config', 'show'],
      env: { NOTIFY_PUBLIC_URL: 'example' },
      problem:
        "NOTIFY_PUBLIC_URL is 'example': expected a URL beginning with http:// or https://, without user and query",
    },
  ])('$args: 78', async ({ args, env, problem }) => {
    const result = await runCommand([...args, '--json'], { env });
    expect(result.exitCode).toBe(78);
    const { code, message } = result.json().error!;
    expect(code).toBe('CONFIG_INVALID');
    expect(message).toBe(problem);
  });
});
