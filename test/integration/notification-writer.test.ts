import { describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/lib/db/database.ts';
import type { AcceptedMessage } from '../../src/lib/notifications/accepted-message.ts';
import {
  createNotificationWriter,
  type NotificationWriter,
  type WriterOptions,
} from '../../src/lib/notifications/notification-writer.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { createSignal } from '../support/wait.ts';

const app = useTestApp();

const serviceId = '11111111-1111-4111-8111-111111111111';

function aMessage(changes: Partial<AcceptedMessage['notification']> = {}): AcceptedMessage {
  return {
    notification: {
      id: app.ids.uuid(),
      serviceId,
      notificationType: 'sms',
      to: '07900900001',
      normalisedTo: '447900900001',
      templateId: '22222222-2222-4222-8222-222222222222',
      templateVersion: 1,
      apiKeyId: null,
      keyType: 'normal',
      status: 'created',
      clientReference: null,
      personalisation: { name: 'Ann' },
      international: false,
      phonePrefix: '44',
      rateMultiplier: 1,
      replyToText: null,
      createdById: null,
      createdAt: new Date(),
      unsubscribeLink: null,
      ...changes,
    },
    processType: 'normal',
    requestId: null,
  };
}

/** A writer that tells the sizes of its batches. */
function aWriter(
  options: Partial<WriterOptions> = {},
  db: Database = app.db,
): { writer: NotificationWriter; sizes: number[] } {
  const sizes: number[] = [];
  const writer = createNotificationWriter(
    { ...app, db },
    { batchSize: 250, concurrency: 1, maxWaiting: 1000, onBatch: (size) => sizes.push(size), ...options },
  );
  return { writer, sizes };
}

async function storedIds(messages: readonly AcceptedMessage[]): Promise<string[]> {
  const ids = messages.map(({ notification }) => notification.id);
  const { rows } = await app.db.query<{ id: string }>({
    text: 'SELECT id FROM notifications WHERE id = ANY($1) ORDER BY id',
    values: [ids],
  });
  return rows.map(({ id }) => id);
}

async function jobsOf(messages: readonly AcceptedMessage[]): Promise<string[]> {
  const ids = new Set(messages.map(({ notification }) => notification.id));
  const jobs = await storedJobs(app.db);
  return jobs
    .map(({ subject }) => subject)
    .filter((subject) => ids.has(subject))
    .sort();
}

/** A database whose transactions begin only when they are let. */
function gatedDatabase(): { db: Database; open: () => void; begun: Promise<void> } {
  const gate = createSignal({ what: 'the gate to open' });
  const begun = createSignal({ what: 'a transaction to begin' });
  return {
    db: {
      ...app.db,
      async transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
        begun.resolve();
        await gate.promise;
        return app.db.transaction(work);
      },
    },
    open: () => gate.resolve(),
    begun: begun.promise,
  };
}

describe('messages that arrive together', () => {
  it('share transactions, and each is stored once with its job before its promise resolves', async () => {
    const { writer, sizes } = aWriter();
    const messages = Array.from({ length: 300 }, () => aMessage());
    await Promise.all(messages.map((message) => writer.store(message)));
    expect(await storedIds(messages)).toHaveLength(300);
    expect(await jobsOf(messages)).toHaveLength(300);
    expect(sizes).toEqual([250, 50]);
  });

  it('those that arrive during a commit are the next batch, in their order', async () => {
    const { db, open, begun } = gatedDatabase();
    const { writer, sizes } = aWriter({}, db);
    const first = writer.store(aMessage());
    await begun;
    const rest = Array.from({ length: 5 }, () => writer.store(aMessage()));
    expect(writer.waiting).toBe(6);
    open();
    await Promise.all([first, ...rest]);
    expect(sizes).toEqual([1, 5]);
    expect(writer.waiting).toBe(0);
  });

  it('have a transaction each when a batch is one message', async () => {
    const { writer, sizes } = aWriter({ batchSize: 1, concurrency: 4 });
    const messages = Array.from({ length: 10 }, () => aMessage());
    await Promise.all(messages.map((message) => writer.store(message)));
    expect(sizes).toEqual(Array.from({ length: 10 }, () => 1));
    expect(await storedIds(messages)).toHaveLength(10);
  });

  it('of several types, services, keys and priorities get the jobs they would get alone', async () => {
    const { writer } = aWriter();
    const messages: AcceptedMessage[] = [
      aMessage(),
      aMessage({ notificationType: 'email', to: 'a@example.com', normalisedTo: 'a@example.com' }),
      aMessage({ keyType: 'test' }),
      { ...aMessage({ serviceId: app.ids.uuid() }), processType: 'priority' },
    ];
    await Promise.all(messages.map((message) => writer.store(message)));
    const jobs = await storedJobs(app.db);
    const queueOf = (message: AcceptedMessage): string =>
      jobs.find(({ subject }) => subject === message.notification.id)!.queue;
    expect(messages.map(queueOf)).toEqual(['send-sms', 'send-email', 'research-mode', 'notify']);
  });
});

describe('a message that cannot be stored', () => {
  it('with the id of another fails alone, whatever its place in the batch', async () => {
    const { writer } = aWriter();
    const existing = aMessage();
    await writer.store(existing);
    const messages = Array.from({ length: 20 }, (_item, index) =>
      index % 7 === 3 ? aMessage({ id: existing.notification.id }) : aMessage(),
    );
    const results = await Promise.allSettled(messages.map((message) => writer.store(message)));
    expect(results.map(({ status }) => status)).toEqual(
      messages.map((_message, index) => (index % 7 === 3 ? 'rejected' : 'fulfilled')),
    );
    expect(new Set(await storedIds(messages)).size).toBe(messages.length - 3 + 1);
  });

  it('against a constraint fails alone, with what the database said', async () => {
    const { writer } = aWriter();
    const bad = aMessage({ status: 'lost' as 'created' });
    const good = [aMessage(), aMessage(), aMessage()];
    const results = await Promise.allSettled(
      [good[0]!, bad, good[1]!, good[2]!].map((message) => writer.store(message)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(String((results[1] as PromiseRejectedResult).reason)).toContain('notifications_notification_status_check');
    expect(await storedIds(good)).toHaveLength(3);
    expect(await jobsOf([bad])).toEqual([]);
  });

  it('whose job the queue refuses leaves no row', async () => {
    const { writer } = aWriter();
    const message = aMessage();
    await app.db.transaction((tx) =>
      app.queue.enqueue(tx, [{ queue: 'send-sms', task: 'deliver_sms', args: {}, subject: message.notification.id }]),
    );
    const other = aMessage();
    const results = await Promise.allSettled([writer.store(message), writer.store(other)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await storedIds([message, other])).toEqual([other.notification.id]);
  });
});

describe('a writer', () => {
  it('refuses more than may wait, and takes messages again afterwards', async () => {
    const { db, open, begun } = gatedDatabase();
    const { writer } = aWriter({ maxWaiting: 3 }, db);
    const inFlight = writer.store(aMessage());
    await begun;
    const waiting = [1, 2, 3].map(() => writer.store(aMessage()));
    await expect(writer.store(aMessage())).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Too many requests in progress, try again',
    });
    open();
    await Promise.all([inFlight, ...waiting]);
    await writer.store(aMessage());
  });

  it('is drained when everything that it was given is stored', async () => {
    const { writer } = aWriter({ batchSize: 2 });
    const messages = Array.from({ length: 7 }, () => aMessage());
    const stored = messages.map((message) => writer.store(message));
    await writer.drain();
    expect(await storedIds(messages)).toHaveLength(7);
    await Promise.all(stored);
    await writer.drain();
  });

  it('tells everybody at once that the database is away, and works when it is back', async () => {
    let isAway = true;
    let transactions = 0;
    const db: Database = {
      ...app.db,
      transaction(work) {
        transactions += 1;
        return isAway
          ? app.db.transaction(async (tx) => {
              await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
              return work(tx);
            })
          : app.db.transaction(work);
      },
    };
    const { writer } = aWriter({}, db);
    const messages = Array.from({ length: 10 }, () => aMessage());
    const results = await Promise.allSettled(messages.map((message) => writer.store(message)));
    expect(
      results.every(
        (result) => result.status === 'rejected' && (result.reason as { code: string }).code === 'DATABASE_UNAVAILABLE',
      ),
    ).toBe(true);
    expect(transactions).toBe(1);
    isAway = false;
    await Promise.all(messages.map((message) => writer.store(message)));
    expect(await storedIds(messages)).toHaveLength(10);
  });
});
