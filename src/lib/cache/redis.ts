import { createHash } from 'node:crypto';
import type { Redis as Client } from 'ioredis';
import { AppError, messageOf } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';

/** What stands for an answer when Redis is away, is too slow, or refused. */
export const noAnswer = Symbol('Redis gave no answer');
export type NoAnswer = typeof noAnswer;

/**
 * Redis, which can vanish at any moment. Nothing here throws or waits for long; what cannot be asked is answered with
 * `noAnswer`, and the caller goes on without. Keys and values never hold personal data.
 */
export interface Redis {
  /** Runs a command. Numbers that are stored come back as text. */
  call(command: string, ...words: readonly (string | number)[]): Promise<unknown>;
  /** Runs a Lua script, by its digest where Redis knows it already. */
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown>;
  /** The same for work that is nothing without Redis. */
  readonly required: RequiredRedis;
  close(): Promise<void>;
}

/**
 * Redis for commands whose very purpose it is. Waits for the connection, and longer for an answer.
 *
 * @throws AppError REDIS_UNAVAILABLE, from every method, with what Redis or the network said
 */
export type RequiredRedis = Pick<Redis, 'call' | 'run'>;

export interface RedisOptions {
  readonly url: string;
  readonly logger: Pick<Logger, 'warn'>;
  /** Called for every failure: of the connection, of a command, of its time limit. */
  readonly onError?: () => void;
}

const commandTimeoutMs = 150;
const requiredTimeoutMs = 10_000;
const pauseMs = 1000;
const logEveryMs = 10_000;

/**
 * Connects with the first command, in the background: commands until then have no answer. Commands of the same turn go
 * out together. After one that took too long, Redis is left alone for a second, so that requests do not each wait.
 */
export function createRedis({ url, logger, onError }: RedisOptions): Redis {
  let client: Client | null = null;
  let connecting: Promise<void> | null = null;
  let pausedUntil = 0;
  let silentUntil = 0;
  let closed = false;
  const digests = new Map<string, string>();
  let required: Promise<Client> | null = null;

  const report = (error: unknown): void => {
    onError?.();
    if (closed || performance.now() < silentUntil) return;
    silentUntil = performance.now() + logEveryMs;
    logger.warn({ err: error }, 'Redis had a problem; work goes on without it');
  };

  const connect = async (): Promise<void> => {
    const { Redis: RedisClient } = await import('ioredis');
    if (closed) return;
    client = new RedisClient(url, {
      commandTimeout: commandTimeoutMs,
      connectTimeout: 5000,
      // Closes connections whose other end is gone without a word.
      socketTimeout: 5000,
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      // What was not answered when the connection went is not asked again: a token would be taken twice.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
      // A primary that became a replica: the name may lead to the new primary.
      reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    });
    client.on('error', report);
  };

  /** The client while it can be asked. */
  const available = (): Client | null => {
    if (closed) return null;
    connecting ??= connect().catch((error: unknown) => {
      connecting = null;
      report(error);
    });
    return client?.status === 'ready' && performance.now() >= pausedUntil ? client : null;
  };

  const attempt = async (ask: (ready: Client) => Promise<unknown>): Promise<unknown> => {
    const ready = available();
    if (ready === null) return noAnswer;
    try {
      return await ask(ready);
    } catch (error) {
      if (messageOf(error) === 'Command timed out') pausedUntil = performance.now() + pauseMs;
      report(error);
      return noAnswer;
    }
  };

  const demand = async (ask: (ready: Client) => Promise<unknown>): Promise<unknown> => {
    const asked = (required ??= connectRequired(url));
    try {
      return await ask(await asked);
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') {
        throw new AppError('REDIS_UNAVAILABLE', `Redis refuses to answer: ${messageOf(error)}`, { cause: error });
      }
      // Several commands may find it broken at the same time.
      if (required === asked) required = null;
      void asked.then((broken) => broken.disconnect()).catch(() => undefined);
      throw new AppError('REDIS_UNAVAILABLE', `Redis does not answer: ${messageOf(error)}`, { cause: error });
    }
  };

  const digestOf = (script: string): string => {
    const digest = digests.get(script) ?? createHash('sha1').update(script).digest('hex');
    digests.set(script, digest);
    return digest;
  };

  const evaluate = async (
    ready: Client,
    script: string,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> => {
    try {
      return await ready.evalsha(digestOf(script), keys.length, ...keys, ...values);
    } catch (error) {
      // It forgets scripts when it restarts.
      if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
      return ready.eval(script, keys.length, ...keys, ...values);
    }
  };

  return {
    call: (command, ...words) => attempt((ready) => ready.call(command, ...words)),
    run: (script, keys, values) => attempt((ready) => evaluate(ready, script, keys, values)),
    required: {
      call: (command, ...words) => demand((ready) => ready.call(command, ...words)),
      run: (script, keys, values) => demand((ready) => evaluate(ready, script, keys, values)),
    },
    async close() {
      closed = true;
      await connecting;
      client?.disconnect();
      await required?.then((ready) => ready.disconnect()).catch(() => undefined);
    },
  };
}

/** A connection that stands, or fails with its reason. */
async function connectRequired(url: string): Promise<Client> {
  const { Redis: RedisClient } = await import('ioredis');
  const client = new RedisClient(url, {
    lazyConnect: true,
    commandTimeout: requiredTimeoutMs,
    connectTimeout: 5000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: unknown = null;
  client.on('error', (error) => (reason = error));
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    // What the client throws says only that the connection is closed.
    throw reason ?? error;
  }
  return client;
}
