/**
 * Runs commands in one process for all test files that share theirs: starting the program takes longer than what most
 * commands do. For tests of what a command does; how the process itself behaves (its memory, signals, start and end) is
 * for `runCli`.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterFile } from './after-file.ts';
import { bareEnvironment, toResult, type CliOptions, type CliResult } from './cli.ts';
import { temporaryFolder } from './folders.ts';
import { nextEvent } from './wait.ts';

const root = resolve(import.meta.dirname, '..', '..');
const program = pathToFileURL(join(root, 'dist', 'lib', 'cli', 'run-program.js')).href;

interface Answer {
  readonly id: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let runner: Promise<ChildProcess> | null = null;
let last: Promise<unknown> = Promise.resolve();
let count = 0;
let isBusy = false;

// A command that is still at work, as after a test that failed, must not touch what comes next.
afterFile(async () => {
  if (!isBusy) return;
  (await runner)?.kill('SIGKILL');
  runner = null;
  isBusy = false;
});

/**
 * Runs one command to its end; commands run one after another. Without an input, standard input stays open and silent: a
 * command that waits for it does not end.
 */
export function runCommand(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const run = last.then(() => runNext(args, options));
  last = run.catch(() => undefined);
  return run;
}

async function runNext(args: readonly string[], { env, cwd, input, timeout = 60_000 }: CliOptions): Promise<CliResult> {
  isBusy = true;
  const child = await (runner ??= startRunner());
  const home = await temporaryFolder();
  const id = (count += 1);
  child.send({ id, args, env: { ...bareEnvironment(home), ...env }, cwd: cwd ?? home, input });
  const what = `notify ${args.join(' ')} to end`;
  const [answer] = (await nextEvent(child, 'message', { timeout, what })) as [Answer];
  if (answer.id !== id) throw new Error(`An earlier command answered instead of notify ${args.join(' ')}`);
  isBusy = false;
  return toResult(answer.exitCode, null, answer.stdout, answer.stderr);
}

/** A process that ends with this one. */
async function startRunner(): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'fixtures', 'command-runner.js');
  const child = fork(file, [program, root], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await nextEvent(child, 'message', { what: 'the program to be loaded' });
  child.unref();
  child.channel?.unref();
  return child;
}
