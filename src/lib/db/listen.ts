import type pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { connectClient } from './database.ts';

export interface ListenOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  /** From now on every notice that is committed is heard of. */
  readonly onListening: () => void;
  /** From now on notices may be missed, until `onListening` is called again. */
  readonly onLost: (error: unknown) => void;
  /** How often to ask whether the connection still lives, in milliseconds. */
  readonly checkEveryMs?: number;
}

/** A connection that listens for notices of the database. */
export interface Listener {
  close(): Promise<void>;
}

const reconnectMs = 250;
const defaultCheckEveryMs = 5_000;

/**
 * Listens on a connection of its own, and connects again whenever that is lost. A connection whose other end went away
 * without a word is found out by asking it something every few seconds.
 */
export function listen(options: ListenOptions): Listener {
  const { url, applicationName, channel, onNotice, onListening, onLost, checkEveryMs = defaultCheckEveryMs } = options;
  const closing = new AbortController();

  const listenOnce = async (): Promise<void> => {
    const client = await connectClient(url, applicationName);
    const ended = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('The connection was closed')));
    });
    ended.catch(() => undefined);
    try {
      client.on('notification', ({ payload }) => onNotice(payload ?? ''));
      await Promise.race([client.query(`LISTEN ${client.escapeIdentifier(channel)}`), ended]);
      onListening();
      while (!closing.signal.aborted) {
        await Promise.race([delay(checkEveryMs, undefined, { signal: closing.signal }), ended]);
        await Promise.race([answered(client, checkEveryMs), ended]);
      }
    } finally {
      await endSoon(client);
    }
  };

  const running = (async () => {
    while (!closing.signal.aborted) {
      try {
        await listenOnce();
      } catch (error) {
        if (closing.signal.aborted) return;
        onLost(error);
        await delay(reconnectMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  })();

  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

async function answered(client: pg.Client, withinMs: number): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([
      client.query('SELECT 1'),
      delay(withinMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`The connection gave no answer for ${withinMs} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

/** Says goodbye, but does not wait for an answer that may never come. */
async function endSoon(client: pg.Client): Promise<void> {
  const ended = new AbortController();
  await Promise.race([
    client
      .end()
      .catch(() => undefined)
      .finally(() => ended.abort()),
    delay(1000, undefined, { signal: ended.signal }).catch(() => undefined),
  ]);
  client.connection.stream.destroy();
}
