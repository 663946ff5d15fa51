/** What holds for every command (DESIGN: command contract), read off the program itself. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startCli, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import {
  commandWords,
  anId,
  isUuidFlag,
  readManifest,
  requiredFlagInput,
  requiredInput,
  valueOfArg,
  type CommandSpec,
  type FlagSpec,
} from './manifest.ts';

const commands = readManifest();
const named = commands.map((command) => ({ name: commandWords(command).join(' '), command }));
const withFlag = (wanted: (flag: FlagSpec) => boolean): { name: string; command: CommandSpec; flag: string }[] =>
  named.flatMap(({ name, command }) =>
    Object.keys(command.flags)
      .filter((flag) => wanted(command.flags[flag]!))
      .map((flag) => ({ name, command, flag })),
  );

const requiredFlags = ({ flags }: CommandSpec): string[] =>
  Object.keys(flags).filter((flag) => flags[flag]!.required === true);

/** Exit 2 and, on standard error, the problem in one line and a pointer in another; never a stack. */
function expectUsageError(result: CliResult, message: string | RegExp): void {
  const [first, second, ...more] = result.stderr.trimEnd().split('\n');
  expect(result.exitCode, result.stderr).toBe(2);
  expect(first).toMatch(/^Error: /);
  if (typeof message === 'string') expect(first).toBe(`Error: ${message}`);
  else expect(first).toMatch(message);
  expect(second).toMatch(/^(See|Did you mean|Queues:) /);
  expect(more).toEqual([]);
}

/** With --json the same, and one document on standard output. */
function expectUsageDocument(result: CliResult, message: string | RegExp): void {
  expectUsageError(result, message);
  const document = result.json();
  expect(Object.keys(document)).toEqual(['status', 'error', 'warnings']);
  expect(Object.keys(document.error!)).toEqual(['code', 'message', 'hint', 'details']);
  expect(document).toMatchObject({ status: 'error', error: { code: 'USAGE_INVALID' }, warnings: [] });
  expect(result.stderr).toBe(`Error: ${document.error!.message}\n${document.error!.hint}\n`);
  expect(result.stdout.match(/\n/g)).toHaveLength(1);
}

/** Both outputs at once: the document, and the message for people. */
async function refuses(args: readonly string[], message: string | RegExp): Promise<void> {
  expectUsageDocument(await runCommand([...args, '--json']), message);
}

describe.concurrent('every command', () => {
  it.each(named)('$name --help explains itself', async ({ name, command }) => {
    const { exitCode, stdout, stderr } = await runCommand([...commandWords(command), '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe(command.summary);
    expect(stdout).toContain(`$ notify ${name}`);
    expect(stdout).toContain('EXAMPLES');
    for (const flag of Object.keys(command.flags)) expect(stdout).toContain(`--${flag}`);
  });

  it.each(named)('$name has examples with long flags that exist', ({ name, command }) => {
    expect(command.examples?.length).toBeGreaterThan(0);
    for (const example of command.examples!) {
      expect(example).toMatch(new RegExp(`(^|=\\S+ | \\| )<%= config\\.bin %> ${name}( |$)`));
      expect(example).not.toMatch(/ -[a-zA-Z]\b/);
      const words = [...example.replaceAll(/"[^"]*"/g, '""').matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag!);
      for (const flag of words) expect(Object.keys(command.flags)).toContain(flag);
    }
  });

  it.each(named)('$name describes every flag and argument', ({ command }) => {
    for (const [flag, { summary, description }] of Object.entries(command.flags)) {
      expect(summary ?? description, `--${flag}`).toMatch(/\S.*\.$/);
    }
    for (const [arg, { description }] of Object.entries(command.args)) expect(description, arg).toMatch(/\S/);
  });

  it.each(named)('$name names an unknown flag', async ({ command }) => {
    const args = [...commandWords(command), ...requiredInput(command), '--no-such-flag=1'];
    await refuses(args, '--no-such-flag is not a flag of this command');
  });

  it.each(named.filter(({ command }) => requiredFlags(command).length > 0))(
    '$name without its required flags names them',
    async ({ command }) => {
      const missing = requiredFlags(command).map((flag) => `--${flag} is missing(: expected one of [^;]+)?`);
      const args = Object.values(command.args).map(valueOfArg);
      await refuses([...commandWords(command), ...args], new RegExp(`^Error: ${missing.join('; ')}$`));
    },
  );

  it.each(withFlag(isUuidFlag))('$name --$flag names a bad UUID', async ({ command, flag }) => {
    await refuses(
      [...commandWords(command), ...requiredInput(command, flag), `--${flag}`, '123'],
      `--${flag} is '123': expected a UUID such as 018f2f6e-7c1a-7000-8000-000000000000`,
    );
  });

  it.each(withFlag(({ options }) => options !== undefined))(
    '$name --$flag names a bad choice',
    async ({ command, flag }) => {
      await refuses(
        [...commandWords(command), ...requiredInput(command, flag), `--${flag}`, 'no-such-choice'],
        `--${flag} is 'no-such-choice': expected one of ${command.flags[flag]!.options!.join(', ')}`,
      );
    },
  );

  it.each(named.filter(({ command }) => 'id' in command.args))('$name names a bad id', async ({ command }) => {
    await refuses(
      [...commandWords(command), 'abc', ...requiredInput(command, 'id')],
      `ID is 'abc': expected a UUID such as 018f2f6e-7c1a-7000-8000-000000000000`,
    );
  });

  it.each(named.filter(({ command }) => 'id' in command.args))(
    '$name without its id says so, and does not wait for input',
    async ({ command }) => {
      const result = await runCommand([...commandWords(command), ...requiredInput(command, 'id')]);
      expectUsageError(result, /^Error: ID is missing: expected the id of the .+$/);
    },
  );

  it.each(named.filter(({ command }) => command.strict))('$name names an argument too many', async ({ command }) => {
    await refuses(
      [
        ...commandWords(command),
        ...Object.values(command.args).map(valueOfArg),
        ...requiredFlagInput(command),
        'surplus',
      ],
      /^Error: 'surplus' is not expected: /,
    );
  });
});

describe('the exit statuses', () => {
  it.each(['serve', 'db migrate', 'db status', 'config check', 'config show'])(
    'are in the help of %s, which is run by programs',
    async (name) => {
      const { stdout } = await runCommand([...name.split(' '), '--help']);
      expect(stdout).toMatch(/Exit\s+status:\s+0/);
    },
  );
});

describe.concurrent('a command line that is no command', () => {
  it.each([
    {
      args: ['servces', 'list'],
      message: "'servces list' is not a command",
      hint: 'Did you mean `notify services list`?',
    },
    { args: ['migrate'], message: "'migrate' is not a command", hint: 'Did you mean `notify db migrate`?' },
    { args: ['zzzz'], message: "'zzzz' is not a command", hint: 'See `notify --help`.' },
    {
      args: ['db', 'mirgate'],
      message: /^Error: 'mirgate' is not a command of 'db': expected one of .*create, .*migrate/,
      hint: 'Did you mean `notify db migrate`?',
    },
    {
      args: ['services', 'list', 'extra'],
      message: "'extra' is not expected: `notify services list` takes no arguments",
      hint: 'See `notify services list --help`.',
    },
  ])('$args: exit 2 and what was probably meant', async ({ args, message, hint }) => {
    const [plain, json] = await Promise.all([runCommand(args), runCommand([...args, '--json'])]);
    expectUsageError(plain, message);
    expect(plain.stderr).toContain(hint);
    expect(plain.stdout).toBe('');
    expectUsageDocument(json, message);
  });

  it('suggests the flag that was probably meant', async () => {
    const { stderr } = await runCommand(['services', 'list', '--archivd']);
    expect(stderr).toBe(
      'Error: --archivd is not a flag of this command\nDid you mean --archived? See `notify services list --help`.\n',
    );
  });

  it.each([[['--json']], [['services', '--json']]])('%j is answered with a document', async (args) => {
    expectUsageDocument(await runCommand(args), /^Error: (No command is given|'services' is a topic: .*)$/);
  });

  it.each([[[]], [['services']], [['help']], [['help', 'services', 'list']], [['services', '--help']]])(
    '%j is answered with help',
    async (args) => {
      const { exitCode, stdout, stderr } = await runCommand(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('USAGE');
    },
  );

  it('tells its version in one line', async () => {
    const { exitCode, stdout } = await runCommand(['--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^notify-toolkit\/\d+\.\d+\.\d+\S* \S+ node-v\d+\S*\n$/);
  });
});

describe.concurrent('values of flags', () => {
  const list = ['notifications', 'list', '--service', '018f2f6e-7c1a-7000-8000-000000000000'];

  it.each([
    { args: [...list, '--limit', 'x'], message: "--limit is 'x': expected an integer" },
    { args: [...list, '--limit', '0'], message: "--limit is '0': expected an integer greater than or equal to 1" },
    {
      args: [...list, '--limit', '10001'],
      message: "--limit is '10001': expected an integer less than or equal to 10000",
    },
    { args: [...list, '--limit'], message: '--limit has no value: expected one after it' },
    { args: [...list, '--limit', '1', '--limit', '2'], message: '--limit is given twice: expected once' },
    {
      args: ['serve', '--concurrency', '0'],
      message: "--concurrency is '0': expected an integer greater than or equal to 1",
    },
    {
      args: ['jobs', 'check', 'a.csv', '--subject', 'x'],
      message: '--subject needs --content too',
    },
    {
      args: ['jobs', 'check', 'a.csv', '--template', anId, '--content', 'x', '--type', 'sms'],
      message: '--content and --template exclude each other',
    },
    { args: ['serve', '--role'], message: '--role has no value: expected one of all, api, worker, scheduler' },
    {
      args: ['serve', '--queues', 'send-sms,nope', '--role', 'api'],
      message: "--queues needs --role worker or all; the role is 'api'",
    },
    {
      args: ['notifications', 'outbox', '--since', 'noon'],
      message: "--since is 'noon': expected a time such as 2026-01-31T12:00:00Z",
    },
    {
      args: ['templates', 'preview', '018f2f6e-7c1a-7000-8000-000000000000', '--personalisation', 'name'],
      message: "--personalisation is 'name': expected name=value or a JSON object",
    },
    {
      args: ['templates', 'preview', '--personalisation', 'name', '018f2f6e-7c1a-7000-8000-000000000000'],
      message: "--personalisation is 'name': expected name=value or a JSON object",
    },
    {
      args: ['db', 'create', 'Bad-Name'],
      message: "'Bad-Name' is not a migration name: expected lower-case words joined by _, such as add_inbound_numbers",
    },
  ])('$args', async ({ args, message }) => {
    await refuses(args, message);
  });
});

describe('standard output', () => {
  it.each([[['--help']], [['config', 'show']], [['config', 'show', '--json']], [['no-such-command', '--json']]])(
    'may be closed early by a reader: notify %j',
    async (args) => {
      const { child, exited } = await startCli(args);
      child.stdout.destroy();
      child.stdin.end();
      const { exitCode, signal, stderr } = await exited;
      const isError = args[0] === 'no-such-command';
      expect({ exitCode, signal }).toEqual({ exitCode: isError ? 2 : 0, signal: null });
      if (!isError) expect(stderr).toBe('');
      expect(stderr).not.toMatch(/EPIPE|\n\s+at /);
    },
  );

  it.each([[['config', 'show']], [['config', 'show', '--json']], [['services', 'show', 'x', '--json']], [['--help']]])(
    'holds no escape sequences with NO_COLOR: notify %j',
    async (args) => {
      const { stdout, stderr } = await runCommand(args, { env: { NO_COLOR: '1' } });
      expect(stdout + stderr).not.toContain('\u001B');
    },
  );
});

it.each(['development', 'test', 'production'])('NODE_ENV=%s changes nothing', async (mode) => {
  const result = await runCommand(['config', 'check'], { env: { NODE_ENV: mode } });
  expect(result).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: expect.stringMatching(/^The configuration is good/),
  });
});

describe('a question', () => {
  const revoke = ['api-keys', 'revoke', '018f2f6e-7c1a-7000-8000-000000000000'];

  it.each([[revoke], [[...revoke, '--no-input']], [[...revoke, '--json']]])(
    'is not asked without a terminal: notify %j',
    async (args) => {
      // Standard input stays open: a question would wait for ever.
      const { exited, child } = await startCli(args);
      const closed = once(child, 'close');
      const { exitCode, stderr, stdout } = await exited;
      await closed;
      expect(exitCode).toBe(4);
      expect(stderr).toBe(
        `Error: Revoke the API key ${revoke[2]}? Nothing was done.\nRepeat the command with --yes.\n`,
      );
      if (args.includes('--json')) expect(stdout).toContain('"code":"CONFIRMATION_NEEDED"');
      else expect(stdout).toBe('');
    },
  );
});
