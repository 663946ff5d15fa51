/** A real SMTP server on a free port that keeps what it gets, and can be told to misbehave. */
import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { waitForCount } from './wait.ts';

/**
 * - `accept`: takes every message
 * - `refuse`: 550 on each RCPT TO, for good
 * - `fail`: 451 on each RCPT TO, for now
 * - `refuse-content`: 554 after DATA
 * - `hang`: never answers RCPT TO
 * - `drop`: closes the connection after DATA without an answer: the sender cannot know
 */
export type SmtpBehaviour = 'accept' | 'refuse' | 'fail' | 'refuse-content' | 'hang' | 'drop';

export interface ReceivedEmail {
  /** MAIL FROM and RCPT TO, which the headers need not repeat. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** The message parsed: `from`, `to`, `subject`, `text`, `html`, `headers`, … */
  readonly email: Email;
  /** The message as it came over the wire. */
  readonly raw: string;
}

export interface TestSmtpServer {
  /** For NOTIFY_SMTP_URL. */
  readonly url: string;
  /** What was accepted, oldest first. */
  readonly messages: readonly ReceivedEmail[];
  /** Recipients that RCPT TO named, refused ones included. */
  readonly attempts: readonly string[];
  /** From now on. */
  behave(behaviour: SmtpBehaviour): void;
  /** Resolves with all messages once there are `count`. */
  waitForMessages(count: number): Promise<readonly ReceivedEmail[]>;
  /** Resolves once RCPT TO was given `count` times. */
  waitForAttempts(count: number): Promise<readonly string[]>;
  /** Forgets everything received and accepts again. */
  reset(): void;
  /** Closes the listener and all connections. */
  close(): Promise<void>;
}

export async function startSmtpServer(): Promise<TestSmtpServer> {
  const messages: ReceivedEmail[] = [];
  const attempts: string[] = [];
  const news = new EventEmitter();
  let behaviour: SmtpBehaviour = 'accept';

  const server = new SMTPServer({
    authOptional: true,
    // Its certificate is its own, which clients rightly refuse.
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onRcptTo({ address }, _session, callback) {
      attempts.push(address);
      news.emit('attempt');
      if (behaviour === 'refuse') callback(smtpError(550, '5.1.1 No such user here'));
      else if (behaviour === 'fail') callback(smtpError(451, '4.3.0 Try again later'));
      else if (behaviour !== 'hang') callback();
    },
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      const receive = async (): Promise<void> => {
        const raw = await text(stream);
        if (behaviour === 'refuse-content') return callback(smtpError(554, '5.6.0 Content refused'));
        messages.push({
          envelope: { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) },
          email: await PostalMime.parse(raw),
          raw,
        });
        if (behaviour === 'drop') closeConnections();
        else callback();
        news.emit('message');
      };
      receive().catch(callback);
    },
  });
  // A client that goes away in the middle is what some tests do.
  server.on('error', () => undefined);

  function closeConnections(): void {
    for (const connection of (server as unknown as { connections: Set<{ close(): void }> }).connections) {
      connection.close();
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    attempts,
    behave(wanted) {
      behaviour = wanted;
    },
    waitForMessages: (count) => waitForCount(messages, count, news, 'message', 'emails'),
    waitForAttempts: (count) => waitForCount(attempts, count, news, 'attempt', 'RCPT TO commands'),
    reset() {
      messages.length = 0;
      attempts.length = 0;
      behaviour = 'accept';
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closeConnections();
      }),
  };
}

/** One server for the tests of a file, reset after each. Its fields are there once the tests run. */
export function useSmtpServer(): TestSmtpServer {
  const server = {} as TestSmtpServer;
  beforeAll(async () => {
    Object.assign(server, await startSmtpServer());
  });
  afterEach(() => server.reset());
  afterAll(async () => {
    await server.close?.();
  });
  return server;
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
