import { createApp } from '../src/lib/app.ts';
import { loadConfig } from '../src/lib/config/load.ts';
import { createIds } from '../src/lib/core/ids.ts';
import { londonDay } from '../src/lib/core/london-time.ts';
import { openDatabase } from '../src/lib/db/database.ts';
import { silentLogger } from '../src/lib/observability/logger.ts';
import { createService } from '../src/lib/services/create-service.ts';
import { rebuildTemplateUsage } from '../src/lib/usage/rebuild-template-usage.ts';
import { createTemplateUsageHashes } from '../src/lib/usage/template-usage-hashes.ts';
import { BenchError, type Bench } from './support/bench.ts';
import { openBenchServer, type BenchDatabase } from './support/bench-server.ts';
import { benchEnvironment } from './support/bench-service.ts';
import { interleave } from './support/interleave.ts';
import { startRedis } from './support/redis.ts';
import { median } from './support/statistics.ts';

const rowsAtScale1 = 1_000_000;
const services = 100;
const templatesEach = 10;
const day = '2026-03-10';

/**
 * One day of messages of many services, half of them in history already, counted into Redis in one pass, against the bare
 * GROUP BY of the same rows.
 */
export const usageRebuild: Bench = {
  name: 'usage-rebuild',
  diskNeeded: (scale) => 1024 ** 3 + scale * 2 * 1024 ** 3,

  async run(context) {
    const { rounds, scale, resources, log } = context;
    const rows = Math.max(services * templatesEach, Math.round(rowsAtScale1 * scale));
    const redis = await startRedis(context);
    const server = await openBenchServer(context);
    const database = await server.createDatabase();
    log(`Storing ${rows} messages`);
    await fill(database, rows);
    await database.settle();
    await database.query('ANALYZE notification_history');
    const db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'notify bench' });
    resources.defer(() => db.close());
    const deps = { db, ids: createIds(), hashes: createTemplateUsageHashes(redis.required) };

    const samples = await interleave(
      rounds,
      {
        groupBy: () => seconds(() => groupBy(database)),
        rebuild: () =>
          seconds(async () => {
            const { rebuilt } = await rebuildTemplateUsage(deps, { serviceId: null, days: [day], dryRun: false });
            const counted = rebuilt.flatMap(({ usage }) => [...usage.values()]).reduce((sum, count) => sum + count, 0);
            if (counted !== rows) throw new BenchError(1, `${counted} messages were counted, not ${rows}`);
          }),
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );
    const [groupBySeconds, rebuildSeconds] = [median(samples.groupBy), median(samples.rebuild)];
    return {
      figures: {
        group_by_ms: groupBySeconds * 1000,
        rebuild_ms: rebuildSeconds * 1000,
        rows_per_second: rows / rebuildSeconds,
      },
      ratios: { vs_group_by: groupBySeconds / rebuildSeconds },
      database: server.facts,
    };
  },
};

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

async function fill(database: BenchDatabase, rows: number): Promise<void> {
  // The services of the rows have to exist: those that do not are none that is rebuilt.
  const { config } = loadConfig({ environment: { ...benchEnvironment(database), HOME: '/nonexistent' } });
  const app = await createApp(config, { name: 'notify bench', logger: silentLogger });
  try {
    for (let number = 1; number <= services; number += 1)
      await createService(app, { name: `Bench ${number}`, live: true });
  } finally {
    await app.close();
  }
  const { start } = londonDay(day);
  for (const [table, recipient, from, to] of [
    ['notifications', `, "to"`, 1, Math.ceil(rows / 2)],
    ['notification_history', '', Math.ceil(rows / 2) + 1, rows],
  ] as const) {
    await database.query(
      `INSERT INTO ${table} (id, service_id, template_id, template_version, key_type, notification_type, created_at,
          notification_status, billable_units, international${recipient})
        SELECT gen_random_uuid(), s.ids[1 + n % ${services}], md5(n % ${services} || '-' || n / ${services} % ${templatesEach})::uuid,
          1, 'normal', 'sms', $1::timestamp + n * interval '1 second' * 86000 / $2, 'delivered', 1, false
          ${recipient === '' ? '' : `, '07900900001'`}
        FROM generate_series($3::int, $4::int) AS n, (SELECT array_agg(id) AS ids FROM services) AS s`,
      [start, rows, from, to],
    );
  }
}

async function groupBy({ query }: BenchDatabase): Promise<void> {
  const { start, end } = londonDay(day);
  await query(
    `SELECT service_id, template_id, count(*) FROM (
        SELECT service_id, template_id FROM notifications WHERE created_at >= $1 AND created_at < $2
        UNION ALL
        SELECT service_id, template_id FROM notification_history WHERE created_at >= $1 AND created_at < $2
      ) AS messages GROUP BY service_id, template_id`,
    [start, end],
  );
}
