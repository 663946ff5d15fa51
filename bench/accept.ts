import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, type Bench } from './support/bench.ts';
import { openBenchServer, type BenchDatabase } from './support/bench-server.ts';
import { benchEnvironment, createBenchService, type BenchService } from './support/bench-service.ts';
import { interleave } from './support/interleave.ts';
import type { LoadResult } from './support/load-plan.ts';
import { countRows, createPgbench } from './support/pgbench.ts';
import { peakMemoryMb } from './support/process-usage.ts';
import { ensureBuilt, startServe, type Serve } from './support/program.ts';
import { authorization, loader, post, sendOne, totalOf, type Measured, type Work } from './support/sms-load.ts';
import { medianOf, median } from './support/statistics.ts';

const secondsAtScale1 = 8;
const listedPage = 250;

/**
 * What the API takes and gives: durable POSTs with everything they check, GET by id, GET of a list; each against pgbench
 * on the same database, the POSTs also without group commit, and at half of what they reach. The server runs without workers: delivering would use the processor that accepting is measured on.
 */
export const accept: Bench = {
  name: 'accept',
  // Rows with their indexes and write-ahead log; tables are emptied before every measurement.
  diskNeeded: (scale) => 1.5 * 1024 ** 3 + scale * 3 * 1024 ** 3,

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
    const serve = await startServe(context, ['--role', 'api'], { home, env });
    const unbatched = await startServe(context, ['--role', 'api'], {
      home,
      env: { ...env, NOTIFY_ACCEPT_BATCH_SIZE: '1' },
    });
    const sample = await sendOne(serve, service);
    const pgbench = await createPgbench(context, database, sample);
    const load = loader(context, serve, service);
    const loadUnbatched = loader(context, unbatched, service);

    log('Warming up');
    for (const warmUp of [load, loadUnbatched]) await warmUp({ ...post(service), seconds: Math.max(1, seconds / 4) });
    let peak = 0;
    const samples = await interleave(
      rounds,
      {
        pgbench: async () => {
          await database.empty();
          return pgbench.rate({ seconds });
        },
        post: async () => {
          await database.empty();
          const result = await load({ ...post(service), seconds });
          await assertStored(database, service, result);
          peak = Math.max(peak, result.perSecond);
          return result;
        },
        postUnbatched: async () => {
          await database.empty();
          const result = await loadUnbatched({ ...post(service), seconds });
          await assertStored(database, service, result);
          return result;
        },
        postAtHalf: async () => {
          await database.empty();
          const result = await load({ ...post(service), seconds, offeredPerSecond: peak / 2 });
          await assertStored(database, service, result);
          return result;
        },
        getOne: async () => {
          await database.settle();
          return load({ ...get(await somePaths(database)), seconds });
        },
        list: async () => {
          await assertFullPage(serve, service);
          return load({ ...get(['/v2/notifications']), seconds });
        },
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );

    const pgbenchTps = median(samples.pgbench);
    const rateOf = (results: readonly Measured[]): number => medianOf(results, ({ perSecond }) => perSecond);
    return {
      figures: {
        pgbench_tps: pgbenchTps,
        ...figuresOf('post', samples.post),
        ...figuresOf('post_unbatched', samples.postUnbatched),
        ...figuresOf('post_at_half_peak', samples.postAtHalf),
        ...figuresOf('get_one', samples.getOne),
        ...figuresOf('list', samples.list),
        server_peak_mb: (await peakMemoryMb(serve.pid)) ?? 0,
      },
      ratios: {
        vs_pgbench: rateOf(samples.post) / pgbenchTps,
        vs_unbatched: rateOf(samples.post) / rateOf(samples.postUnbatched),
        get_one_vs_pgbench: rateOf(samples.getOne) / pgbenchTps,
        list_vs_pgbench: rateOf(samples.list) / pgbenchTps,
      },
      database: server.facts,
    };
  },
};

function get(paths: readonly string[]): Omit<Work, 'seconds'> {
  return { method: 'GET', paths, body: null, expectedStatus: 200 };
}

/** Everything that was answered 201 is there, with its job; and nothing else. */
async function assertStored(database: BenchDatabase, service: BenchService, result: LoadResult): Promise<void> {
  const { notifications, jobs } = await countRows(database);
  const accepted = totalOf(result);
  if (notifications === accepted && jobs === accepted) return;
  throw new BenchError(
    1,
    `${accepted} messages of service ${service.id} were accepted; ${notifications} notifications and ${jobs} jobs were stored`,
  );
}

async function assertFullPage({ url }: Serve, service: BenchService): Promise<void> {
  const response = await fetch(`${url}/v2/notifications`, { headers: authorization(service) });
  const { notifications } = (await response.json()) as { notifications: unknown[] };
  if (notifications.length !== listedPage)
    throw new BenchError(1, `The list has ${notifications.length} messages, not ${listedPage}`);
}

/** Paths of messages spread over all that are stored. */
async function somePaths({ query }: BenchDatabase): Promise<string[]> {
  const rows = await query<{ id: string }>('SELECT id FROM notifications ORDER BY random() LIMIT 5000');
  return rows.map(({ id }) => `/v2/notifications/${id}`);
}

function figuresOf(name: string, results: readonly Measured[]): Record<string, number> {
  return {
    [`${name}_per_second`]: medianOf(results, ({ perSecond }) => perSecond),
    [`${name}_p50_ms`]: medianOf(results, ({ p50Ms }) => p50Ms),
    [`${name}_p99_ms`]: medianOf(results, ({ p99Ms }) => p99Ms),
    [`${name}_server_cpu_us`]: medianOf(results, ({ serverCpuUs }) => serverCpuUs),
  };
}
