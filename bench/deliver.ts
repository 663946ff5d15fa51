import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BenchError, type Bench } from './support/bench.ts';
import { openBenchServer, type BenchDatabase } from './support/bench-server.ts';
import { benchEnvironment, createBenchService } from './support/bench-service.ts';
import { interleave } from './support/interleave.ts';
import { createPgbench } from './support/pgbench.ts';
import { ensureBuilt, startServe, startStub } from './support/program.ts';
import { loader, post, sendOne, totalOf } from './support/sms-load.ts';
import { median, medianOf } from './support/statistics.ts';

const secondsAtScale1 = 6;
const offeredRates = [100, 360] as const;
const longestWaitMs = 180_000;

/**
 * The whole way of a text message: POST, queue, provider, receipt, `delivered`. One process takes requests and receipts,
 * one works, and a third plays the provider, beside the database and the load: all on the processors of one machine.
 */
export const deliver: Bench = {
  name: 'deliver',
  diskNeeded: (scale) => 1.5 * 1024 ** 3 + scale * 2 * 1024 ** 3,

  async run(context) {
    const { folder, rounds, scale, log } = context;
    ensureBuilt(log);
    const seconds = Math.max(1, secondsAtScale1 * scale);
    const server = await openBenchServer(context);
    const database = await server.createDatabase();
    const service = await createBenchService(database);
    const home = join(folder, 'home');
    await mkdir(home);
    const env = benchEnvironment(database);
    const api = await startServe(context, ['--role', 'api'], { home, env });
    const scenario = 'mmg=ok,outcome=delivered,delay=0';
    const stub = await startStub(context, { receiptsTo: api.url, scenario }, { home });
    // One provider of texts: what another one took would have receipts of its own.
    const mmg = Object.fromEntries(Object.entries(stub.environment).filter(([name]) => name.startsWith('NOTIFY_MMG_')));
    const startWorker = (): ReturnType<typeof startServe> =>
      startServe(context, ['--role', 'worker', '--admin-port', 'off'], { home, env: { ...env, ...mmg } });
    const pgbench = await createPgbench(context, database, await sendOne(api, service));
    const load = loader(context, api, service);

    log('Warming up');
    // The first worker activates the provider; the others take the place of the sandbox.
    const first = await startWorker();
    await database.query(`UPDATE provider_details SET active = (identifier = 'mmg') WHERE notification_type = 'sms'`);
    await load({ ...post(service), seconds: 1 });
    await everythingDelivered(database);
    await first.stop();

    const samples = await interleave(
      rounds,
      {
        pgbench: async () => {
          await database.empty();
          return pgbench.rate({ seconds });
        },
        accept: async () => {
          await database.empty();
          return load({ ...post(service), seconds });
        },
        deliver: async () => {
          await database.empty();
          const worker = await startWorker();
          const startedAt = performance.now();
          const messages = totalOf(await load({ ...post(service), seconds }));
          await everythingDelivered(database);
          const perSecond = messages / ((performance.now() - startedAt) / 1000);
          await worker.stop();
          return perSecond;
        },
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );

    const worker = await startWorker();
    const figures: Record<string, number> = {};
    for (const offeredPerSecond of offeredRates) {
      log(`Offered ${offeredPerSecond} a second`);
      await database.empty();
      await load({ ...post(service), seconds: seconds * 2, offeredPerSecond });
      await everythingDelivered(database);
      const { p50, p95 } = await timesUntilSent(database);
      figures[`sent_p50_${offeredPerSecond}`] = p50;
      figures[`sent_p95_${offeredPerSecond}`] = p95;
    }
    await worker.stop();

    const pgbenchTps = median(samples.pgbench);
    const acceptPerSecond = medianOf(samples.accept, ({ perSecond }) => perSecond);
    const deliveredPerSecond = median(samples.deliver);
    return {
      figures: {
        pgbench_tps: pgbenchTps,
        accept_per_second: acceptPerSecond,
        delivered_per_second: deliveredPerSecond,
        ...figures,
      },
      ratios: { vs_pgbench: deliveredPerSecond / pgbenchTps, vs_accept: deliveredPerSecond / acceptPerSecond },
      database: server.facts,
    };
  },
};

/** Waits until every message has its final status, and checks that it is the right one. */
async function everythingDelivered({ query }: BenchDatabase): Promise<void> {
  const deadline = performance.now() + longestWaitMs;
  for (;;) {
    const [open] = await query<{ count: string }>(
      `SELECT count(*) FROM notifications WHERE notification_status IN ('created', 'sending', 'pending')`,
    );
    if (Number(open!.count) === 0) break;
    if (performance.now() > deadline) throw new BenchError(1, `${open!.count} messages were not delivered in time`);
    await delay(100);
  }
  const [wrong] = await query<{ count: string }>(
    `SELECT count(*) FROM notifications WHERE notification_status <> 'delivered'`,
  );
  if (Number(wrong!.count) > 0) throw new BenchError(1, `${wrong!.count} messages ended otherwise than delivered`);
}

/** Milliseconds from the acceptance of a message until the provider took it. */
async function timesUntilSent({ query }: BenchDatabase): Promise<{ p50: number; p95: number }> {
  const [row] = await query<{ p50: number; p95: number }>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
     FROM (SELECT extract(epoch FROM sent_at - created_at)::float8 * 1000 AS ms FROM notifications) times`,
  );
  return row!;
}
