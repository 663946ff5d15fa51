import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp, type App } from '../src/lib/app.ts';
import { loadConfig } from '../src/lib/config/load.ts';
import { readAllowance } from '../src/lib/limits/read-allowance.ts';
import { silentLogger } from '../src/lib/observability/logger.ts';
import { runRetention } from '../src/lib/retention/run-retention.ts';
import { createService } from '../src/lib/services/create-service.ts';
import { requireService } from '../src/lib/services/show-service.ts';
import { templateTypes } from '../src/lib/templates/template.ts';
import { BenchError, type Bench, type BenchContext } from './support/bench.ts';
import { openBenchServer, type BenchDatabase, type BenchServer } from './support/bench-server.ts';
import { benchEnvironment, createBenchService, type BenchService } from './support/bench-service.ts';
import { interleave } from './support/interleave.ts';
import { ensureBuilt, startServe, type Serve } from './support/program.ts';
import { loader, post, sendOne, type Work } from './support/sms-load.ts';
import { median } from './support/statistics.ts';
import { fillTable, type FilledServices } from './support/stored-messages.ts';

/** What is compared, by the name in the report; "0" holds a few pages of lists and no more. */
const sizes = [
  { name: '0', rowsAtScale1: 0 },
  { name: '1m', rowsAtScale1: 1_000_000 },
  { name: '10m', rowsAtScale1: 10_000_000 },
] as const;
const leastRows = 5_000;

const secondsAtScale1 = 8;
const jobsAtScale1 = 10_000;
const expiredAtScale1 = 100_000;
const jobsAtOnce = 100;
const checksAtOnce = 8;
const otherServices = 99;
const listedPage = 250;
const dayMs = 24 * 60 * 60 * 1000;

const internalClient = { id: 'notify-admin', secret: 'secret of the bench' } as const;

/**
 * Whether anything gets slower as tables grow: accepting, lists, limits, claims of delivery jobs and retention, in three
 * databases of one server that hold nothing, a million and ten million messages. Half of the messages are live, a week of
 * them, half are history of a year: years of use leave more history, but what is live has the costly indexes.
 */
export const growth: Bench = {
  name: 'growth',
  diskNeeded: (scale) => 3 * 1024 ** 3 + scale * 16 * 1024 ** 3,

  async run(context) {
    const { rounds, scale, log } = context;
    ensureBuilt(log);
    const server = await openBenchServer(context);
    const home = join(context.folder, 'home');
    await mkdir(home);
    const installations: Installation[] = [];
    for (const { name, rowsAtScale1 } of sizes) {
      const rows = Math.max(leastRows, Math.round(rowsAtScale1 * scale));
      installations.push(await install(context, server, { name, rows, home }));
    }

    const seconds = Math.max(1, secondsAtScale1 * scale);
    const operations: Readonly<Record<string, (installation: Installation) => Promise<number>>> = {
      accept: (installation) => accept(installation, seconds),
      // Takes what the one before left.
      claim: (installation) => claim(installation, Math.max(500, Math.round(jobsAtScale1 * scale))),
      list: (installation) => list(installation, seconds / 2),
      internal_list: (installation) => internalList(installation, seconds / 2),
      limit: (installation) => checkLimit(installation, seconds / 4),
      retention: (installation) => retain(installation, Math.max(1000, Math.round(expiredAtScale1 * scale))),
    };
    for (const installation of installations) await accept(installation, 1).then(() => forget(installation));
    const measures = Object.entries({ ...operations, limit_rebuild: rebuildLimit }).flatMap(([operation, measure]) =>
      installations.map((installation) => [`${operation}_${installation.name}`, () => measure(installation)] as const),
    );
    const samples = await interleave(rounds, Object.fromEntries(measures), (name, round) =>
      log(`Round ${round} of ${rounds}: ${name}`),
    );

    const middle = (operation: string, name: string): number => median(samples[`${operation}_${name}`]!);
    const figures = Object.keys(operations).flatMap((operation) =>
      sizes.map(({ name }) => [`${operation}_${name}_per_second`, middle(operation, name)] as const),
    );
    const ratios = Object.keys(operations).flatMap((operation) =>
      sizes
        .slice(1)
        .map(({ name }) => [`${operation}_${name}`, middle(operation, name) / middle(operation, '0')] as const),
    );
    // It grows with the day, and is no request's business but the first one's.
    const rebuilds = sizes.map(({ name }) => [`limit_rebuild_${name}_ms`, middle('limit_rebuild', name)] as const);
    const stored = installations.flatMap(({ name, rows, megabytes }) => [
      [`rows_${name}`, rows] as const,
      [`size_${name}_mb`, megabytes] as const,
    ]);
    return {
      figures: Object.fromEntries([...stored, ...figures, ...rebuilds]),
      ratios: Object.fromEntries(ratios),
      database: server.facts,
    };
  },
};

/** A database that holds so many messages, with a server on it. */
interface Installation {
  readonly name: string;
  readonly rows: number;
  /** Of both tables with their indexes, when they were filled. */
  readonly megabytes: number;
  readonly database: BenchDatabase;
  readonly app: App;
  readonly service: BenchService;
  readonly services: FilledServices;
  readonly load: (work: Work) => Promise<number>;
  readonly loadInternal: (work: Work) => Promise<number>;
  /** Everything that was filled in is older. */
  readonly filledAt: Date;
}

async function install(
  context: BenchContext,
  server: BenchServer,
  { name, rows, home }: { name: string; rows: number; home: string },
): Promise<Installation> {
  const { resources, log } = context;
  const database = await server.createDatabase();
  const service = await createBenchService(database);
  const internalClients = { NOTIFY_INTERNAL_CLIENTS: JSON.stringify({ [internalClient.id]: [internalClient.secret] }) };
  const env = { ...benchEnvironment(database), NOTIFY_STATE_DIR: home, HOME: home, ...internalClients };
  const app = await createApp(loadConfig({ environment: env }).config, { name: 'notify bench', logger: silentLogger });
  resources.defer(() => app.close());
  const serve = await startServe(context, ['--role', 'api', '--admin-port', 'off'], { home, env });
  const services = await createOtherServices(database, app, service, serve);

  const startedAt = performance.now();
  const now = Date.now();
  const live = Math.ceil(rows / 2);
  await Promise.all([
    fillTable(database, services, {
      table: 'notifications',
      rows: live,
      from: new Date(now - 7 * dayMs),
      to: new Date(now),
    }),
    fillTable(database, services, {
      table: 'notification_history',
      rows: rows - live,
      from: new Date(now - 375 * dayMs),
      to: new Date(now - 10 * dayMs),
    }),
  ]);
  for (const table of ['notifications', 'notification_history']) await database.query(`VACUUM ANALYZE ${table}`);
  log(`${name}: ${rows} messages stored in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  const [size] = await database.query<{ mb: number }>(`SELECT (pg_total_relation_size('notifications')
    + pg_total_relation_size('notification_history'))::float8 / 1024 / 1024 AS mb`);
  const rateOf = (client: Pick<BenchService, 'id' | 'secret'>): Installation['load'] => {
    const run = loader(context, serve, { ...service, ...client });
    return async (work) => (await run(work)).perSecond;
  };
  return {
    name,
    rows,
    megabytes: size!.mb,
    database,
    app,
    service,
    services,
    load: rateOf(service),
    loadInternal: rateOf(internalClient),
    filledAt: new Date(now),
  };
}

async function createOtherServices(
  database: BenchDatabase,
  app: App,
  measured: BenchService,
  serve: Serve,
): Promise<FilledServices> {
  const others: string[] = [];
  for (let number = 1; number <= otherServices; number += 1)
    others.push((await createService(app, { name: `Other ${number}`, live: true })).id);
  const sample = await sendOne(serve, measured);
  const [row] = await database.query<{ personalisation: string }>(
    'SELECT personalisation FROM notifications WHERE id = $1',
    [sample.id],
  );
  return { measured, others, personalisation: row!.personalisation };
}

function accept({ load, service }: Installation, seconds: number): Promise<number> {
  return load({ ...post(service), seconds });
}

/** What workers do to a message besides sending it: claim its job, read it, move it from `created`, end the job. */
async function claim(installation: Installation, mostJobs: number): Promise<number> {
  const { claims, records, clock } = installation.app;
  const startedAt = performance.now();
  let ended = 0;
  while (ended < mostJobs) {
    const claimed = await claims.claim('send-sms', jobsAtOnce);
    if (claimed.length === 0) break;
    await Promise.all(
      claimed.map(async (job) => {
        const { id, status } = await records.require(job.data.subject);
        if (status !== 'created') throw new BenchError(1, `Message ${id} was sent before`);
        const sent = {
          status: 'sending',
          sentAt: clock.now(),
          sentBy: 'mmg',
          reference: null,
          billableUnits: 1,
        } as const;
        await records.sent({ facts: { id, ...sent }, verdictJob: null });
        await claims.finish('send-sms', job);
      }),
    );
    ended += claimed.length;
  }
  const perSecond = ended / secondsSince(startedAt);
  if (ended === 0) throw new BenchError(1, 'No message waited to be sent');
  await forget(installation);
  return perSecond;
}

/** Takes away what was accepted, so that each measurement begins alike. */
async function forget({ database, service, filledAt }: Installation): Promise<void> {
  await database.query(`DELETE FROM notifications WHERE service_id = $1 AND key_type = 'normal' AND created_at >= $2`, [
    service.id,
    filledAt,
  ]);
  await database.query('TRUNCATE pgboss.job_common');
  await database.settle();
}

async function list({ load }: Installation, seconds: number): Promise<number> {
  const path = `/v2/notifications`;
  return load({ method: 'GET', paths: [path], body: null, expectedStatus: 200, seconds });
}

async function internalList({ loadInternal, service }: Installation, seconds: number): Promise<number> {
  const path = `/service/${service.id}/notifications?page_size=${listedPage}`;
  return loadInternal({ method: 'GET', paths: [path], body: null, expectedStatus: 200, seconds });
}

/** What is left of the day, by the counter row. */
async function checkLimit({ app, service }: Installation, seconds: number): Promise<number> {
  const known = await requireService(app, service.id);
  await readAllowance(app, known, 'sms');
  const startedAt = performance.now();
  let checks = 0;
  const check = async (): Promise<void> => {
    while (secondsSince(startedAt) < seconds) {
      await readAllowance(app, known, 'sms');
      checks += 1;
    }
  };
  await Promise.all(Array.from({ length: checksAtOnce }, check));
  return checks / secondsSince(startedAt);
}

/** The first request of a day, whose counter has no row yet: the messages of the day are counted, once. Milliseconds. */
async function rebuildLimit({ app, database, service }: Installation): Promise<number> {
  await database.query('DELETE FROM daily_counts WHERE service_id = $1', [service.id]);
  const known = await requireService(app, service.id);
  const startedAt = performance.now();
  await readAllowance(app, known, 'sms');
  return secondsSince(startedAt) * 1000;
}

/** A night's retention: what is older than a week moves to the history, of whichever service and type. */
async function retain(installation: Installation, rows: number): Promise<number> {
  const { app, database, services } = installation;
  const [from, to] = [9, 8.5].map((days) => new Date(Date.now() - days * dayMs));
  await fillTable(database, services, { table: 'notifications', rows, from: from!, to: to! });
  await database.settle();
  const startedAt = performance.now();
  const retained = await runRetention(app, { serviceId: null, types: templateTypes });
  const seconds = secondsSince(startedAt);
  const gone = retained.reduce((sum, { movedToHistory, deleted }) => sum + movedToHistory + deleted, 0);
  const kept = retained.reduce((sum, { lettersKept }) => sum + lettersKept, 0);
  if (gone + kept !== rows)
    throw new BenchError(1, `Retention took ${gone} messages away and kept ${kept}, of ${rows}`);
  for (const table of ['notifications', 'notification_history'])
    await database.query(`DELETE FROM ${table} WHERE created_at >= $1 AND created_at <= $2`, [from, to]);
  await database.query('VACUUM notification_history');
  await database.settle();
  return gone / seconds;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
