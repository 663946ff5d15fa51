/** Runs the built program as operators do: its own process, nothing of the developer's own environment. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { BenchError, type BenchContext } from './bench.ts';

const root = resolve(import.meta.dirname, '..', '..');
const programFile = join(root, 'bin', 'run.js');
const manifestFile = join(root, 'oclif.manifest.json');

/** Builds the program when it is not built; says so when the build is older than the sources. */
export function ensureBuilt(log: (line: string) => void): void {
  if (!existsSync(join(root, 'dist', 'commands')) || !existsSync(manifestFile)) {
    log('Building…');
    const { status } = spawnSync(process.execPath, [join('scripts', 'build.js')], {
      cwd: root,
      // Standard output is for the report.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    if (status !== 0) throw new BenchError(69, 'The program cannot be built; see above');
  }
  const builtAt = statSync(manifestFile).mtimeMs;
  const newer = globSync('src/**/*.ts', { cwd: root }).find((file) => statSync(join(root, file)).mtimeMs > builtAt);
  if (newer !== undefined) log(`Warning: the build is older than ${newer}; what is measured is the build.`);
}

export interface ProgramOptions {
  /** Its home, state folder and caches are in here. */
  readonly home: string;
  /** Added to a bare environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of compiled code; one in the home when not given. */
  readonly compileCache?: string;
  /** Flags of Node.js itself, such as `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
}

/** Runs a command to its end. Resolves with the milliseconds from its start to its end, and what it printed. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<{ ms: number; stdout: string }> {
  return runNode([programFile, ...args], options);
}

/** Like `runProgram`, for any script of Node.js. */
export async function runNode(
  args: readonly string[],
  options: ProgramOptions,
): Promise<{ ms: number; stdout: string }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), ...args], {
    cwd: options.home,
    env: environmentOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number | null];
  const ms = performance.now() - startedAt;
  const [stdout, stderr] = await output;
  if (code !== 0)
    throw new BenchError(1, `node ${args.join(' ')} ended with ${code ?? 'a signal'}\n${stdout}${stderr}`);
  return { ms, stdout };
}

/** A running `notify serve`. */
export interface Serve {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to the line that says it is ready. */
  readonly readyMs: number;
  /** What it has written to standard error. */
  stderr(): string;
  /** Stops it gracefully. May be called twice. */
  stop(): Promise<void>;
}

/** Starts `notify serve` on free ports and waits until it is ready. It ends with the bench at the latest. */
export async function startServe(
  context: Pick<BenchContext, 'resources'>,
  args: readonly string[],
  options: ProgramOptions,
): Promise<Serve> {
  const { ready, ...serve } = await startReady<{ url: string }>(context, ['serve', '--port', '0', ...args], options);
  return { ...serve, url: ready.url };
}

/** The providers, played: `notify providers stub`. */
export interface Stub {
  /** Environment variables that point a worker at it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts the stub of the providers, which sends receipts to a server. It ends with the bench at the latest. */
export async function startStub(
  context: Pick<BenchContext, 'resources'>,
  { receiptsTo, scenario }: { receiptsTo: string; scenario: string },
  options: ProgramOptions,
): Promise<Stub> {
  const args = ['providers', 'stub', '--port', '0', '--receipts-to', receiptsTo, '--scenario', scenario];
  return (await startReady<Stub>(context, args, options)).ready;
}

/** Starts a command that goes on running, and waits for the line that says it is ready. */
async function startReady<Ready>(
  { resources }: Pick<BenchContext, 'resources'>,
  args: readonly string[],
  options: ProgramOptions,
): Promise<Omit<Serve, 'url'> & { readonly ready: Ready }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), programFile, ...args, '--json'], {
    cwd: options.home,
    env: environmentOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const stop = (): Promise<void> => endProcess(child);
  resources.defer(stop);
  const line = await firstLine(child, 120_000);
  const readyMs = performance.now() - startedAt;
  const document = line === null ? null : (JSON.parse(line) as { status: string; result: Ready });
  if (document?.status !== 'ready') {
    await stop();
    throw new BenchError(1, `notify ${args.join(' ')} did not become ready\n${line ?? ''}\n${stderr}`);
  }
  return { ready: document.result, pid: child.pid!, readyMs, stderr: () => stderr, stop };
}

/** The first line of standard output; null when the process ends before, or says nothing for too long. */
async function firstLine(child: ChildProcess, timeoutMs: number): Promise<string | null> {
  const { promise, resolve: settle } = Promise.withResolvers<string | null>();
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
    const end = printed.indexOf('\n');
    if (end >= 0) settle(printed.slice(0, end));
  });
  child.once('close', () => settle(printed === '' ? null : printed));
  const timer = setTimeout(() => settle(null), timeoutMs);
  return promise.finally(() => clearTimeout(timer));
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // SIGINT: without the pause in which load balancers learn of it.
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(timer);
}

function environmentOf({ home, env, compileCache = join(home, 'compile-cache') }: ProgramOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    NODE_COMPILE_CACHE: compileCache,
    CI: 'true',
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
    ...(process.env['TMPDIR'] !== undefined && { TMPDIR: process.env['TMPDIR'] }),
    ...env,
  };
}
