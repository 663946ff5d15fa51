/** A real Redis for the tests of a file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { libraryPath, unpackDebianPackages } from './debian-packages.ts';
import { temporaryFolder } from './folders.ts';
import { freePort } from './free-port.ts';
import { findProgram } from './programs.ts';
import { skipUnless } from './skip-unless.ts';
import { nextEvent } from './wait.ts';

export interface TestRedis {
  /** For REDIS_URL. */
  readonly url: string;
  /** The server process, for tests of its absence; null with TEST_REDIS_URL. */
  readonly server: RedisServer | null;
}

export interface RedisServer {
  /** Ends it at once; its data is gone. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** It keeps its connections and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
}

export interface RequiredRedis {
  /** Its fields are there once the tests run. */
  readonly redis: TestRedis;
  /** `describe` of the tests that need it: skips them where there is no Redis. */
  readonly suite: (name: string, tests: () => void) => void;
}

interface RedisProgram {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Gives the tests of a file an empty Redis: a database of TEST_REDIS_URL (emptied before), else a server of their own
 * with the `redis-server` of the PATH, else with one unpacked from Debian's packages.
 *
 *     const { redis, suite } = await useRedis();
 *     suite('counting', () => { … redis.url … });
 */
export async function useRedis(): Promise<RequiredRedis> {
  const configuredUrl = process.env['TEST_REDIS_URL'];
  if (configuredUrl) return { redis: useConfigured(configuredUrl), suite: skipUnless(true, '') };
  const program = await findRedis();
  if (typeof program === 'string') {
    return { redis: { url: '', server: null }, suite: skipUnless(false, `Redis was not found: ${program}`) };
  }
  return { redis: useOwnServer(program), suite: skipUnless(true, '') };
}

/** The program, or why there is none. */
async function findRedis(): Promise<RedisProgram | string> {
  const path = findProgram('redis-server');
  if (path !== null) return { path, environment: {} };
  if (process.platform !== 'linux') return 'install redis-server or set TEST_REDIS_URL';
  try {
    const folder = await unpackDebianPackages('redis', [
      ...['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'liblua5.1-0', 'lua-cjson', 'lua-bitop'],
    ]);
    const environment = { LD_LIBRARY_PATH: await libraryPath(folder) };
    return { path: join(folder, 'usr', 'bin', 'redis-server'), environment };
  } catch (error) {
    return `install redis-server or set TEST_REDIS_URL (its packages could not be fetched: ${(error as Error).message})`;
  }
}

function useOwnServer(program: RedisProgram): TestRedis {
  const redis: { url: string; server: RedisServer | null } = { url: '', server: null };
  let child: ChildProcess | null = null;
  // A worker that is made to end does not run its hooks.
  process.once('exit', () => child?.kill('SIGKILL'));

  beforeAll(async () => {
    const folder = await temporaryFolder();
    const port = await freePort();
    const server: RedisServer = {
      async start() {
        child ??= await startServer(program, folder, port);
      },
      async stop() {
        const stopped = child;
        child = null;
        if (stopped === null || stopped.exitCode !== null) return;
        const ended = nextEvent(stopped, 'exit');
        stopped.kill('SIGKILL');
        await ended;
      },
      pause: () => void child?.kill('SIGSTOP'),
      resume: () => void child?.kill('SIGCONT'),
    };
    await server.start();
    Object.assign(redis, { url: `redis://127.0.0.1:${port}`, server });
  });
  afterAll(async () => {
    await redis.server?.stop();
  });
  return redis;
}

async function startServer({ path, environment }: RedisProgram, folder: string, port: number): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn(path, settings, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const onOutput = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/ready to accept connections/i.test(output)) resolve();
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`redis-server ended (${code ?? signal}): ${output}`)));
  });
  return child;
}

/** A database of a configured server, by worker, so that files that run at the same time do not meet. */
function useConfigured(configuredUrl: string): TestRedis {
  const url = new URL(configuredUrl);
  if (url.pathname.length <= 1) url.pathname = `/${Number(process.env['VITEST_POOL_ID'] ?? 1) % 16}`;
  beforeAll(() => flush(url));
  return { url: url.href, server: null };
}

/** FLUSHDB in Redis's own protocol: the tests need no client of their own for it. */
async function flush(url: URL): Promise<void> {
  const socket = connect(Number(url.port || 6379), url.hostname);
  try {
    await nextEvent(socket, 'connect');
    const password = decodeURIComponent(url.password);
    const user = decodeURIComponent(url.username) || 'default';
    const login = password === '' ? '' : `AUTH ${user} ${password}\r\n`;
    socket.write(`${login}SELECT ${url.pathname.slice(1)}\r\nFLUSHDB\r\nQUIT\r\n`);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await nextEvent(socket, 'close');
    if (/^-/m.test(answer)) throw new Error(`${url.host} cannot be emptied: ${answer}`);
  } finally {
    socket.destroy();
  }
}
