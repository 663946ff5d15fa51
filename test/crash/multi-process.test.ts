/** Several processes on one database: they share the work, nothing is done twice, and none dies with the database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectClient, openDatabase, type Database } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { databaseEnvironment, runCli, startServe, type RunningServe } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';
import { get, sendSms, type Answer } from '../cli/api-client.ts';

/** Processes on one database, with a service that sends through them. */
interface Deployment {
  readonly db: Database;
  readonly sender: { readonly key: string; readonly template: string };
  start(...args: string[]): Promise<RunningServe>;
  running(): readonly RunningServe[];
}

async function deploy(url: string, db: Database): Promise<Deployment> {
  const env = {
    ...databaseEnvironment(url),
    NOTIFY_LOG_LEVEL: 'silent',
    NOTIFY_DRAIN_DELAY: '0',
    // Many processes, one server that other tests use, too.
    NOTIFY_DATABASE_POOL_SIZE: '4',
  };
  const notify = async (...args: string[]): Promise<{ id: string; key: string }> => {
    const answer = await runCli([...args, '--json'], { env });
    expect(answer.exitCode, answer.stderr).toBe(0);
    return answer.json().result as { id: string; key: string };
  };
  const { id } = await notify('services', 'create', '--name', 'Many', '--live');
  const { key } = await notify('api-keys', 'create', '--service', id, '--name', 'key', '--type', 'normal');
  const content = ['--type', 'sms', '--name', 'Hello', '--content', 'Hello ((name))'];
  const template = (await notify('templates', 'create', '--service', id, ...content)).id;
  const servers: RunningServe[] = [];
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.kill('SIGKILL')));
  });
  return {
    db,
    sender: { key, template },
    async start(...args) {
      const server = await startServe(args, env);
      servers.push(server);
      return server;
    },
    running: () => servers,
  };
}

async function onTestServer(): Promise<Deployment> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return deploy(database.url, database.db);
}

/** How often a process ran a task to its end. */
async function runsOf({ ready }: RunningServe, task: string): Promise<number> {
  const { body } = await get(ready.admin_url, '/metrics');
  const line = new RegExp(`^notify_task_runs_total\\{task="${task}",outcome="done"\\} (\\d+)$`, 'm');
  return Number(line.exec(body as string)?.[1] ?? 0);
}

/** Sends messages over some connections until `isDone`; returns the ids of those that were accepted. */
async function sendUntil(
  isDone: (accepted: number) => boolean,
  send: (number: number) => Promise<Answer>,
  connections: number,
): Promise<{ accepted: string[]; refused: number[] }> {
  const accepted: string[] = [];
  const refused: number[] = [];
  let number = 0;
  const sendAll = async (): Promise<void> => {
    while (!isDone(accepted.length)) {
      const { status, body } = await send((number += 1));
      if (status === 201) accepted.push(body.id as string);
      else refused.push(status);
    }
  };
  await Promise.all(Array.from({ length: connections }, sendAll));
  return { accepted, refused };
}

async function toBeDelivered(db: Database, ids: readonly string[], timeout: number): Promise<void> {
  const statement = {
    text: `SELECT count(*)::int AS count FROM notifications WHERE id = ANY($1::uuid[]) AND notification_status = 'delivered'`,
    values: [ids],
  };
  const what = `${ids.length} messages to be delivered`;
  await waitFor(async () => (await db.query<{ count: number }>(statement)).rows[0]!.count === ids.length, {
    timeout,
    what,
  });
}

/** How often each message was given to the provider. */
async function sendsById(db: Database): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; count: number }>(
    'SELECT notification_id AS id, count(*)::int AS count FROM sandbox_messages GROUP BY 1',
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

function expectAllAlive(servers: readonly RunningServe[]): void {
  for (const { child, stderr } of servers) {
    expect({ exitCode: child.exitCode, signal: child.signalCode }, stderr()).toEqual({ exitCode: null, signal: null });
  }
}

describe.concurrent('several processes', () => {
  it('share the work of 500 messages, each sent once', { timeout: 150_000 }, async () => {
    const deployment = await onTestServer();
    const [first, second, ...workers] = await Promise.all(
      ['api', 'api', 'worker', 'worker', 'worker'].map((role) => deployment.start('--role', role)),
    );
    const isDone = (accepted: number): boolean => accepted >= 240;
    const halves = await Promise.all(
      [first, second].map((api) => sendUntil(isDone, () => sendSms(api!.ready.url, deployment.sender), 10)),
    );
    // Connections that were on their way when the number was reached send one more each.
    expect(halves.flatMap(({ refused }) => refused)).toEqual([]);
    const accepted = halves.flatMap(({ accepted: ids }) => ids);
    expect(accepted.length).toBeGreaterThanOrEqual(480);
    expect(new Set(accepted).size).toBe(accepted.length);

    await toBeDelivered(deployment.db, accepted, 60_000);
    expect([...(await sendsById(deployment.db)).values()]).toEqual(accepted.map(() => 1));
    const runs = await Promise.all(workers.map((worker) => runsOf(worker, 'deliver_sms')));
    expect(runs.reduce((sum, count) => sum + count)).toBe(accepted.length);
    for (const count of runs) expect(count, `runs of each: ${runs.join(', ')}`).toBeGreaterThan(0);
    expect(await Promise.all([first, second].map((api) => runsOf(api!, 'deliver_sms')))).toEqual([0, 0]);
    const ends = await Promise.all(deployment.running().map((server) => server.kill('SIGTERM')));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  });

  it('fire a scheduled tick once between them', { timeout: 180_000 }, async () => {
    const deployment = await onTestServer();
    await Promise.all(['scheduler', 'scheduler', 'all', 'all'].map((role) => deployment.start('--role', role)));
    // Starting removes schedules that the program does not know: this one comes after.
    const { db } = deployment;
    await db.query(`INSERT INTO pgboss.schedule (name, key, cron, timezone, data, options)
      SELECT name, 'every-minute', '* * * * *', timezone, jsonb_set(data, '{subject}', '"every minute"'), '{"tz": "UTC"}'
      FROM pgboss.schedule WHERE key = 'timeout-sending-notifications'`);
    const ticks = async (): Promise<{ minute: string; state: string }[]> => {
      const sql = `SELECT date_trunc('minute', created_on)::text AS minute, state FROM pgboss.job
        WHERE name = 'periodic' AND data ->> 'subject' = 'every minute' ORDER BY created_on`;
      return (await db.query<{ minute: string; state: string }>(sql)).rows;
    };
    await waitFor(async () => (await ticks()).some(({ state }) => state === 'completed'), {
      timeout: 100_000,
      what: 'a tick',
    });
    // Until each tick was looked at again by whoever is next: a second job would come then.
    const lookedAt = async (): Promise<number> =>
      (await db.query<{ at: Date }>('SELECT cron_on AS at FROM pgboss.version')).rows[0]!.at.getTime();
    const before = await lookedAt();
    await waitFor(async () => (await lookedAt()) > before, { timeout: 60_000, what: 'the next look at the schedule' });
    const minutes = (await ticks()).map(({ minute }) => minute);
    expect(new Set(minutes).size, minutes.join(', ')).toBe(minutes.length);
    expectAllAlive(deployment.running());
  });

  it('survive the end of their database connections, again and again, under load', { timeout: 180_000 }, async () => {
    const deployment = await onTestServer();
    const [api] = await Promise.all(
      ['api', 'worker', 'worker', 'scheduler'].map((role) => deployment.start('--role', role)),
    );
    const terminations = 6;
    let ended = 0;
    const sending = sendUntil(
      (accepted) => ended === terminations && accepted >= 300,
      () => sendSms(api!.ready.url, deployment.sender),
      8,
    );
    for (let round = 1; round <= terminations; round += 1) {
      const atLeast = round * 30;
      await waitFor(
        async () => {
          const { rows } = await deployment.db.query<{ count: number }>(
            'SELECT count(*)::int AS count FROM notifications',
          );
          return rows[0]!.count >= atLeast;
        },
        { timeout: 60_000, what: `${atLeast} messages` },
      );
      await deployment.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'notify serve%'`);
      ended = round;
    }
    const { accepted, refused } = await sending;
    for (const status of refused) expect(status).toBe(503);
    expectAllAlive(deployment.running());
    await toBeDelivered(deployment.db, accepted, 120_000);
    const sends = await sendsById(deployment.db);
    for (const id of accepted) {
      expect(sends.get(id), `sends of ${id}`).toBeGreaterThanOrEqual(1);
      expect(sends.get(id), `sends of ${id}`).toBeLessThanOrEqual(1 + terminations);
    }
    expect((await get(api!.ready.admin_url, '/ready')).status).toBe(200);
    const ends = await Promise.all(deployment.running().map((server) => server.kill('SIGTERM')));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  });

  it('survive restarts of the database server under load', { timeout: 180_000 }, async () => {
    // A server of its own that syncs to disk: this process starts it again whenever it ends.
    const server = await openEmbeddedDatabase({ stateDir: join(await temporaryFolder(), 'state') });
    onTestFinished(() => server.release());
    const migrated = await runCli(['db', 'migrate'], { env: databaseEnvironment(server.url) });
    expect(migrated.exitCode, migrated.stderr).toBe(0);
    const db = openDatabase({ url: server.url, poolSize: 2, applicationName: 'notify tests' });
    onTestFinished(() => db.close());
    const deployment = await deploy(server.url, db);
    const [api] = await Promise.all(['api', 'worker', 'worker'].map((role) => deployment.start('--role', role)));

    // Fast shut-down as by an administrator, and then as if the machine had lost its power.
    const restarts = ['SIGINT', 'SIGQUIT'] as const;
    let restarted = 0;
    const sending = sendUntil(
      (accepted) => restarted === restarts.length && accepted >= 200,
      () => sendSms(api!.ready.url, deployment.sender),
      8,
    );
    for (const [index, signal] of restarts.entries()) {
      await waitFor(async () => (await sendsById(db)).size >= 50 * (index + 1), { timeout: 60_000, what: 'messages' });
      const postmaster = async (): Promise<number> =>
        Number((await readFile(join(server.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
      const pid = await postmaster();
      process.kill(pid, signal);
      await waitFor(async () => (await postmaster()) !== pid, { timeout: 60_000, what: 'a new server' });
      await waitFor(async () => {
        const client = await connectClient(server.url, 'notify tests');
        return client.end().then(() => true);
      });
      restarted += 1;
    }
    const { accepted, refused } = await sending;
    for (const status of refused) expect(status).toBe(503);
    expectAllAlive(deployment.running());
    await toBeDelivered(db, accepted, 120_000);
    const sends = await sendsById(db);
    for (const id of accepted) {
      expect(sends.get(id), `sends of ${id}`).toBeGreaterThanOrEqual(1);
      expect(sends.get(id), `sends of ${id}`).toBeLessThanOrEqual(1 + restarts.length);
    }
    const ends = await Promise.all(deployment.running().map((process) => process.kill('SIGTERM')));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });
});
