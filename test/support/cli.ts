/** Runs the program as operators do: its own process, no terminal, nothing of the developer's own environment. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterFile } from './after-file.ts';
import { temporaryFolder } from './folders.ts';
import { testSecretKeys } from './secret-keys.ts';

export interface CliOptions {
  /** Added to a bare environment; DATABASE_URL and the like come from here only. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input, as a whole. */
  readonly input?: string | Buffer;
  /** Working folder; a new, empty one when not given. */
  readonly cwd?: string;
  /** Milliseconds after which the process is killed and the test fails. */
  readonly timeout?: number;
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON document. */
  json<Document = CliDocument>(): Document;
}

/** The answer of a command with --json. */
export interface CliDocument {
  readonly status: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
  readonly result?: any;
  readonly warnings?: readonly string[];
  readonly error?: { code: string; message: string; hint?: string; details?: Record<string, unknown> };
}

/** A process of the program that goes on running. */
export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal (SIGTERM) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<CliResult>;
  /** Resolves when it has ended and its output is complete. */
  readonly exited: Promise<CliResult>;
}

/** The line that `serve --json` prints when it is ready. */
export interface ReadyLine {
  readonly url: string;
  readonly admin_url: string | null;
  readonly console_url: string | null;
  readonly demo?: {
    service_id: string;
    api_keys: Record<'normal' | 'team' | 'test', string>;
    templates: Record<'sms' | 'email' | 'letter', string>;
    guest_list: string[];
  };
}

export interface RunningServe extends RunningCli {
  readonly ready: ReadyLine;
}

const root = resolve(import.meta.dirname, '..', '..');
const running = new Set<RunningCli>();

// Whatever a test left, also one that failed half-way.
afterFile(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all([...running].map(({ exited }) => exited));
});

/** Runs one command to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { input = '', timeout = 60_000 } = options;
  const { child, exited } = await startCli(args, options);
  // A command may end without reading its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, timeout);
  const result = await exited;
  clearTimeout(timer);
  if (isLate) throw new Error(`notify ${args.join(' ')} did not end within ${timeout} ms\n${show(result)}`);
  return result;
}

/** Starts a command and leaves it running; it is killed after the tests of the file at the latest. */
export async function startCli(args: readonly string[], options: CliOptions = {}): Promise<RunningCli> {
  const home = await temporaryFolder();
  const child = spawn(process.execPath, [programFile(), ...args], {
    cwd: options.cwd ?? home,
    env: { ...bareEnvironment(home), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const exited = new Promise<CliResult>((resolveExit, rejectExit) => {
    child.once('error', rejectExit);
    child.once('close', (exitCode, signal) => {
      running.delete(cli);
      resolveExit(toResult(exitCode, signal, stdout, stderr));
    });
  });
  const cli: RunningCli = {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    kill(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
  running.add(cli);
  return cli;
}

/**
 * Starts `serve --json` and resolves when it is ready. Without `--port` in the arguments it takes free ports.
 *
 * Rejects with what it printed when it ends before.
 */
export async function startServe(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  { readyTimeout = 60_000 }: { readyTimeout?: number } = {},
): Promise<RunningServe> {
  const ports = args.includes('--port') ? [] : ['--port', '0'];
  const cli = await startCli(['serve', '--json', ...ports, ...args], { env });
  const { child, exited } = cli;
  const ready = await new Promise<ReadyLine>((resolveReady, rejectReady) => {
    const timer = setTimeout(() => {
      rejectReady(new Error(`serve was not ready after ${readyTimeout} ms\n${cli.stdout()}${cli.stderr()}`));
      child.kill('SIGKILL');
    }, readyTimeout);
    const onData = (): void => {
      const line = cli.stdout().split('\n').slice(0, -1)[0];
      if (line === undefined) return;
      clearTimeout(timer);
      child.stdout.off('data', onData);
      const document = JSON.parse(line) as { status: string; result: ReadyLine };
      if (document.status === 'ready') resolveReady(document.result);
      else rejectReady(new Error(`serve printed ${line}\n${cli.stderr()}`));
    };
    child.stdout.on('data', onData);
    exited.then((result) => {
      clearTimeout(timer);
      rejectReady(new Error(`serve ended before it was ready\n${show(result)}`));
    }, rejectReady);
  });
  return { ...cli, ready };
}

/** The environment that points a process at a test database. */
export function databaseEnvironment(url: string): Record<string, string> {
  return { DATABASE_URL: url, NOTIFY_SECRET_KEYS: testSecretKeys };
}

/** `bin/run.js` of the build; TEST_PROGRAM=bin/dev.js runs the sources while developing. */
function programFile(): string {
  const program = process.env['TEST_PROGRAM'] ?? join('bin', 'run.js');
  if (program.endsWith('run.js') && !existsSync(join(root, 'dist', 'commands'))) {
    throw new Error('There is no build: run `npm test`, or `npm run build`, or set TEST_PROGRAM=bin/dev.js');
  }
  return resolve(root, program);
}

/** What a process gets in CI, with a home of its own. */
export function bareEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    CI: 'true',
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
    ...(process.env['TMPDIR'] !== undefined && { TMPDIR: process.env['TMPDIR'] }),
  };
}

/** What a test sees of a command that ended. */
export function toResult(
  exitCode: number | null,
  signal: NodeJS.Signals | null,
  stdout: string,
  stderr: string,
): CliResult {
  const result = { exitCode, signal, stdout, stderr };
  return {
    ...result,
    json<Document>() {
      try {
        return JSON.parse(stdout) as Document;
      } catch {
        throw new Error(`Standard output is not one JSON document\n${show(result)}`);
      }
    },
  };
}

function show({ exitCode, signal, stdout, stderr }: Omit<CliResult, 'json'>): string {
  return `exit ${exitCode ?? signal}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}
