import { Redis as Client } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedis, noAnswer, type Redis } from '../../src/lib/cache/redis.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait.ts';

const { redis, suite } = await useRedis();

const open: Redis[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

function connect(url: string) {
  const log = createLogCapture();
  let errors = 0;
  const connection = createRedis({ url, logger: log.logger, onError: () => (errors += 1) });
  open.push(connection);
  return { connection, log, errors: () => errors };
}

const answers = (connection: Redis): Promise<unknown> =>
  waitFor(async () => (await connection.call('PING')) === 'PONG', { what: 'Redis to answer' });

describe('a Redis that is not there', () => {
  it('has no answer, throws nothing, and is logged once', async () => {
    const { connection, log, errors } = connect('redis://:a-password@127.0.0.1:1');
    expect(await connection.call('GET', 'key')).toBe(noAnswer);
    expect(await connection.run('return 1', ['key'], [])).toBe(noAnswer);
    await waitFor(() => errors() >= 3);
    expect(log.lines()).toMatchObject([{ level: 'warn', msg: 'Redis had a problem; work goes on without it' }]);
    expect(JSON.stringify(log.lines())).not.toContain('a-password');
  });

  it('can be let go of while it is being looked for', async () => {
    const { connection, log } = connect('redis://127.0.0.1:1');
    void connection.call('GET', 'key');
    await connection.close();
    expect(await connection.call('GET', 'key')).toBe(noAnswer);
    expect(log.lines()).toEqual([]);
  });
});

suite('a Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
    client.on('error', () => undefined);
  });
  afterAll(() => client.disconnect());

  /** The product's connections: those that did not make this client. */
  const connections = async (): Promise<number> => {
    const list = (await client.client('LIST')) as string;
    return list.trim().split('\n').length - 1;
  };

  it('is connected to by the first command, not before, and let go of at the end', async () => {
    const { connection } = connect(redis.url);
    expect(await connections()).toBe(0);
    // The first command asks for the connection and does not wait for it.
    expect(await connection.call('PING')).toBe(noAnswer);
    await answers(connection);
    expect(await connections()).toBe(1);
    await connection.close();
    await waitFor(async () => (await connections()) === 0, { what: 'the connection to be closed' });
    expect(await connection.call('PING')).toBe(noAnswer);
  });

  it('answers commands and scripts of the same turn, each its own', async () => {
    const { connection, errors } = connect(redis.url);
    await answers(connection);
    const key = randomUUID();
    const script = `return {KEYS[1], ARGV[1]}`;
    expect(
      await Promise.all([
        connection.call('SET', key, 41),
        connection.call('INCR', key),
        connection.run(script, [key], ['a']),
        connection.call('GET', key),
        connection.run(script, [key], ['b']),
        connection.call('GET', `${key}-none`),
      ]),
    ).toEqual(['OK', 42, [key, 'a'], '42', [key, 'b'], null]);
    expect(errors()).toBe(0);
  });

  it('that refuses a command has no answer to it, and others go on', async () => {
    const { connection, log, errors } = connect(redis.url);
    await answers(connection);
    const key = randomUUID();
    await connection.call('SET', key, 'text');
    const results = await Promise.all([
      connection.call('INCR', key),
      connection.call('GET', key),
      connection.run('return redis.call("LPUSH", KEYS[1], 1)', [key], []),
    ]);
    expect(results).toEqual([noAnswer, 'text', noAnswer]);
    expect(errors()).toBe(2);
    expect(log.lines('warn')).toHaveLength(1);
  });

  it('that restarts is found again', { timeout: 30_000 }, async ({ skip }) => {
    if (redis.server === null) return skip('the Redis of TEST_REDIS_URL cannot be stopped');
    const { connection } = connect(redis.url);
    await answers(connection);
    await redis.server.stop();
    await waitFor(async () => (await connection.call('PING')) === noAnswer);
    await redis.server.start();
    await answers(connection);
  });
});
