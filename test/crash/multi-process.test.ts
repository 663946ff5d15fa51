/** Several processes on one database: they share the work, nothing is done twice, and none dies with the database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { messageOf } from '../../src/lib/core/errors.ts';
import { connectClient, openDatabase, type Database } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { get, sendSms } from '../cli/api-client.ts';
import { databaseEnvironment, startServe, type RunningServe } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { jobsPutInto, makeJobsDue, rememberJobs, storedJobs } from '../support/queue-probe.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';

/** Processes on one database, with a service that sends through them. */
interface Deployment {
  readonly db: Database;
  readonly sender: { readonly key: string; readonly template: string };
  readonly servers: readonly RunningServe[];
  start(roles: readonly string[]): Promise<RunningServe[]>;
  /** Stops all gracefully and checks that they ended well. */
  stop(): Promise<void>;
}

/** Clients of one server that send without a pause. */
interface Load {
  /** Ids of the messages that were answered 201. */
  readonly accepted: readonly string[];
  /** Other answers, and requests without one. */
  readonly refused: readonly (number | string)[];
  stop(): Promise<void>;
}

// Tests that run at the same time have their own context: what is to be done at the end is told to that.
async function deploy({ onTestFinished }: TestContext, url: string, db: Database): Promise<Deployment> {
  const env = {
    ...databaseEnvironment(url),
    NOTIFY_LOG_LEVEL: 'silent',
    NOTIFY_DRAIN_DELAY: '0',
    // Many processes, one server that other tests use, too.
    NOTIFY_DATABASE_POOL_SIZE: '4',
  };
  const notify = async (...args: string[]): Promise<{ id: string; key: string }> => {
    const answer = await runCommand([...args, '--json'], { env });
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
    servers,
    async start(roles) {
      const started = await Promise.all(roles.map((role) => startServe(['--role', role], env)));
      servers.push(...started);
      return started;
    },
    stop: async () => {
      expectAllAlive(servers);
      const ends = await Promise.all(servers.map((server) => server.kill('SIGTERM')));
      for (const { exitCode, stderr } of ends) expect(exitCode, stderr).toBe(0);
    },
  };
}

async function deployOnTestServer(context: TestContext): Promise<Deployment> {
  const database = await createTestDatabase();
  context.onTestFinished(() => database.drop());
  return deploy(context, database.url, database.db);
}

/** Sends over some connections until it is stopped, or has had `most` messages accepted. */
function startLoad(server: RunningServe, { sender }: Deployment, connections: number, most = Infinity): Load {
  const accepted: string[] = [];
  const refused: (number | string)[] = [];
  let begun = 0;
  let isStopped = false;
  const sendAll = async (): Promise<void> => {
    while (!isStopped && begun < most) {
      begun += 1;
      try {
        const { status, body } = await sendSms(server.ready.url, sender);
        if (status === 201) accepted.push(body.id as string);
        else refused.push(status);
      } catch (error) {
        refused.push(messageOf(error));
        // The process is gone: the test says so.
        isStopped = true;
      }
    }
  };
  const ended = Promise.all(Array.from({ length: connections }, sendAll));
  return {
    accepted,
    refused,
    stop: async () => {
      if (most === Infinity) isStopped = true;
      await ended;
    },
  };
}

/** How often a process ran a task to its end. */
async function runsOf({ ready }: RunningServe, task: string): Promise<number> {
  const { body } = await get(ready.admin_url, '/metrics');
  const line = new RegExp(`^notify_task_runs_total\\{task="${task}",outcome="done"\\} (\\d+)$`, 'm');
  return Number(line.exec(body as string)?.[1] ?? 0);
}

/** How often each message was given to the provider. */
async function sendsById(db: Database): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; count: number }>(
    'SELECT notification_id AS id, count(*)::int AS count FROM sandbox_messages GROUP BY 1',
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/** Waits until all of the messages are delivered, and checks that none was sent more often than `mostSends`. */
async function toBeDelivered({ db }: Deployment, ids: readonly string[], mostSends: number): Promise<void> {
  const text = `SELECT id, notification_status AS status FROM notifications
    WHERE id = ANY($1::uuid[]) AND notification_status <> 'delivered'`;
  const allDelivered = async (): Promise<boolean> => {
    // What failed while the database was away is tried again at once, instead of in five minutes.
    await makeJobsDue(db);
    const { rows } = await db.query<{ id: string; status: string }>({ text, values: [ids] });
    if (rows.length === 0) return true;
    const jobs = (await storedJobs(db)).filter(({ state }) => state !== 'completed');
    throw new Error(`${JSON.stringify(rows.slice(0, 3))} of ${rows.length}, jobs: ${JSON.stringify(jobs.slice(0, 3))}`);
  };
  await waitFor(allDelivered, { timeout: 120_000, what: `${ids.length} messages to be delivered` });
  const { rows } = await db.query<{ count: number }>({
    text: 'SELECT count(*)::int AS count FROM notifications WHERE id = ANY($1::uuid[])',
    values: [ids],
  });
  expect(rows[0]!.count).toBe(ids.length);
  const sends = await sendsById(db);
  for (const id of ids) {
    expect(sends.get(id), `sends of ${id}`).toBeGreaterThanOrEqual(1);
    expect(sends.get(id), `sends of ${id}`).toBeLessThanOrEqual(mostSends);
  }
}

function expectAllAlive(servers: readonly RunningServe[]): void {
  for (const server of servers) {
    const { exitCode, signalCode } = server.child;
    expect({ exitCode, signalCode }, server.stderr()).toEqual({ exitCode: null, signalCode: null });
  }
}

/** Waits until the load has had so many more messages accepted; at once wrong when a process has died. */
async function moreToBeAccepted(load: Load, count: number, { servers }: Deployment): Promise<void> {
  const enough = load.accepted.length + count;
  const isDead = (): boolean => servers.some(({ child }) => child.exitCode !== null || child.signalCode !== null);
  await waitFor(() => load.accepted.length >= enough || isDead(), { timeout: 60_000, what: `${count} more messages` });
  expectAllAlive(servers);
}

/** A server that is away for a moment says so, and nothing else. */
function expectOnlyUnavailable({ refused }: Load): void {
  expect(refused.filter((answer) => answer !== 503)).toEqual([]);
}

describe.concurrent('several processes', () => {
  it('share the work of 500 messages, each sent once', { timeout: 150_000 }, async (context) => {
    const deployment = await deployOnTestServer(context);
    const [first, second, ...workers] = await deployment.start(['api', 'api', 'worker', 'worker', 'worker']);
    const halves = [first!, second!].map((api) => startLoad(api, deployment, 10, 250));
    for (const half of halves) await half.stop();
    expect(halves.flatMap(({ refused }) => refused)).toEqual([]);
    const accepted = halves.flatMap(({ accepted: ids }) => ids);
    expect(new Set(accepted).size).toBe(500);

    await toBeDelivered(deployment, accepted, 1);
    const runs = await Promise.all(workers.map((worker) => runsOf(worker, 'deliver_sms')));
    expect(runs.reduce((sum, count) => sum + count)).toBe(500);
    for (const count of runs) expect(count, `runs of each: ${runs.join(', ')}`).toBeGreaterThan(0);
    expect(await Promise.all([first, second].map((api) => runsOf(api!, 'deliver_sms')))).toEqual([0, 0]);
    await deployment.stop();
  });

  it('fire a scheduled tick once between them', { timeout: 120_000 }, async (context) => {
    const deployment = await deployOnTestServer(context);
    const { db } = deployment;
    await rememberJobs(db);
    await deployment.start(['scheduler', 'scheduler', 'all', 'all']);
    // A task of a night hour that is not near: each of its ticks is one that this test makes due.
    const task = [2, 3, 4].includes(new Date().getUTCHours()) ? 'timeout-sending-notifications' : 'delete-old-events';
    const fired = async (): Promise<number> => (await jobsPutInto(db)).filter((job) => job.task === task).length;
    const isLive = async (): Promise<boolean> =>
      (await storedJobs(db)).some((job) => job.task === task && job.state !== 'completed');
    // Everybody looks every ten seconds: in this time each has done so after somebody else fired a tick.
    const end = performance.now() + 21_000;
    for (let ticks = 1; performance.now() < end; ticks += 1) {
      const sql = `UPDATE schedule_runs SET ticks_until = ticks_until - interval '1 day' WHERE task = $1`;
      expect((await db.query({ text: sql, values: [task] })).rowCount).toBe(1);
      await waitFor(async () => (await fired()) >= ticks && !(await isLive()), { what: `tick ${ticks} to be done` });
      expect(await fired()).toBe(ticks);
    }
    await deployment.stop();
  });

  it(
    'survive the loss of their database connections, again and again, under load',
    { timeout: 240_000 },
    async (context) => {
      const deployment = await deployOnTestServer(context);
      const [api] = await deployment.start(['api', 'worker', 'worker', 'scheduler']);
      const load = startLoad(api!, deployment, 8);
      const losses = 6;
      for (let loss = 1; loss <= losses; loss += 1) {
        await moreToBeAccepted(load, 40, deployment);
        await deployment.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'notify serve%'`);
      }
      await moreToBeAccepted(load, 40, deployment);
      await load.stop();
      expectOnlyUnavailable(load);
      await toBeDelivered(deployment, load.accepted, 1 + losses);
      expect((await get(api!.ready.admin_url, '/ready')).status).toBe(200);
      await deployment.stop();
    },
  );

  it('survive restarts of the database server under load', { timeout: 240_000 }, async (context) => {
    // A server of its own that syncs to disk; this process starts it again whenever it ends.
    const stateDir = join(await temporaryFolder(), 'state');
    await makeStoppedCluster(stateDir);
    const server = await openEmbeddedDatabase({ stateDir });
    context.onTestFinished(() => server.release());
    const migrated = await runCommand(['db', 'migrate'], { env: databaseEnvironment(server.url) });
    expect(migrated.exitCode, migrated.stderr).toBe(0);
    const db = openDatabase({ url: server.url, poolSize: 2, applicationName: 'notify tests' });
    context.onTestFinished(() => db.close());
    const deployment = await deploy(context, server.url, db);
    const [api] = await deployment.start(['api', 'worker', 'worker']);
    const load = startLoad(api!, deployment, 8);

    const postmaster = async (): Promise<number> =>
      Number((await readFile(join(server.dataDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
    // A fast shut-down as by an administrator; then an immediate one, after which the server recovers as from a crash.
    const signals = ['SIGINT', 'SIGQUIT'] as const;
    for (const signal of signals) {
      await moreToBeAccepted(load, 50, deployment);
      const pid = await postmaster();
      process.kill(pid, signal);
      await waitFor(async () => (await postmaster()) !== pid, { timeout: 60_000, what: 'a new server' });
      const isBack = async (): Promise<boolean> => {
        const client = await connectClient(server.url, 'notify tests');
        await client.end();
        return true;
      };
      await waitFor(isBack, { timeout: 60_000, what: 'the server to be back' });
    }
    await moreToBeAccepted(load, 50, deployment);
    await load.stop();
    expectOnlyUnavailable(load);
    await toBeDelivered(deployment, load.accepted, 1 + signals.length);
    await deployment.stop();
  });
});
