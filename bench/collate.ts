import { createReadStream } from 'node:fs';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { addDays, utcDate } from '../src/lib/core/london-time.ts';
import { letterPlace } from '../src/lib/letters/letter-file.ts';
import type { CollateRun } from './support/collate-worker.ts';
import { BenchError, type Bench } from './support/bench.ts';
import { openBenchServer, type BenchDatabase } from './support/bench-server.ts';
import { benchEnvironment, createBenchService } from './support/bench-service.ts';
import { interleave } from './support/interleave.ts';
import { ensureBuilt, runNode } from './support/program.ts';
import { median, medianOf } from './support/statistics.ts';

const lettersAtScale1 = 150_000;
const distinctFiles = 500;
const bytesOfLetter = 60 * 1024;
const lettersOfZip = 500;
const worker = join(import.meta.dirname, 'support', 'collate-worker.ts');

/**
 * The letters of a large day: put into zips, which are made while they are written to a folder, against copying the same
 * bytes into files of the same size. Letters are links to 500 files.
 */
export const collate: Bench = {
  name: 'collate',
  diskNeeded: (scale) => 1024 ** 3 + scale * 1024 ** 3,

  async run(context) {
    const { folder, rounds, scale, log } = context;
    ensureBuilt(log);
    const count = Math.max(1, Math.round(lettersAtScale1 * scale));
    const server = await openBenchServer(context);
    const database = await server.createDatabase();
    const { id: serviceId } = await createBenchService(database);
    const [home, files, zips] = ['home', 'files', 'zips'].map((name) => join(folder, name)) as [string, string, string];
    for (const path of [home, zips]) await mkdir(path);
    const env = {
      ...benchEnvironment(database),
      NOTIFY_STATE_DIR: home,
      NOTIFY_STORAGE_DIR: files,
      NOTIFY_PRINT_FOLDER: zips,
      HOME: home,
    };
    const createdAt = new Date(`${addDays(utcDate(new Date()), -1)}T10:00:00Z`);
    await insertLetters(database, { serviceId, createdAt, count });
    const paths = await linkFiles(join(files, 'letters'), { createdAt, count });

    const samples = await interleave(
      rounds,
      {
        collate: async () => {
          await waitAgain(database);
          await rm(join(files, 'letters', utcDate(createdAt), 'zips_sent'), { recursive: true, force: true });
          const { stdout } = await runNode([worker], { home, env });
          const run = JSON.parse(stdout) as CollateRun;
          if (run.letters !== count) throw new BenchError(1, `${run.letters} of ${count} letters were uploaded`);
          return run;
        },
        copy: () => copyBytes(paths, zips),
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );

    const perSecond = medianOf(samples.collate, ({ collateMs, uploadMs }) => (count / (collateMs + uploadMs)) * 1000);
    const copiedPerSecond = count / median(samples.copy);
    return {
      figures: {
        letters: count,
        zips: samples.collate[0]!.zips,
        letters_per_second: perSecond,
        collate_ms: medianOf(samples.collate, ({ collateMs }) => collateMs),
        upload_ms: medianOf(samples.collate, ({ uploadMs }) => uploadMs),
        copied_letters_per_second: copiedPerSecond,
        peak_rss_mb: Math.max(...samples.collate.map(({ peakMb }) => peakMb)),
      },
      ratios: { vs_copying_bytes: perSecond / copiedPerSecond },
      database: server.facts,
    };
  },
};

/** All of one time: their order is that of their ids. */
async function insertLetters(
  database: BenchDatabase,
  { serviceId, createdAt, count }: { serviceId: string; createdAt: Date; count: number },
): Promise<void> {
  await database.query(
    `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, billable_units,
      notification_type, created_at, notification_status, reference, postage)
    SELECT gen_random_uuid(), 'Ann Example', $1, gen_random_uuid(), 1, 'normal', 1, 'letter', $2, 'created',
      'R' || lpad(n::text, 15, '0'), 'second'
    FROM generate_series(0, $3::int - 1) n`,
    [serviceId, createdAt.toISOString().slice(0, -1), count],
  );
}

async function linkFiles(
  area: string,
  { createdAt, count }: { createdAt: Date; count: number },
): Promise<readonly string[]> {
  const paths = Array.from({ length: count }, (_, n) => {
    const reference = `R${String(n).padStart(15, '0')}`;
    const { key } = letterPlace({ keyType: 'normal', status: 'created' }, { reference, createdAt, postage: 'second' });
    return join(area, key);
  });
  await mkdir(join(paths[0]!, '..'), { recursive: true });
  for (const path of paths.slice(0, distinctFiles)) await writeFile(path, randomBytes(bytesOfLetter));
  for (const [n, path] of paths.entries()) if (n >= distinctFiles) await link(paths[n % distinctFiles]!, path);
  return paths;
}

/** Letters are where they were before the run. */
async function waitAgain(database: BenchDatabase): Promise<void> {
  await database.query('TRUNCATE letter_zips, letter_zip_letters, letter_print_runs, pgboss.job_common');
  await database.query(`UPDATE notifications SET notification_status = 'created', sent_at = NULL, sent_by = NULL
    WHERE notification_status <> 'created'`);
  await database.settle();
}

/** Seconds. */
async function copyBytes(paths: readonly string[], folder: string): Promise<number> {
  const startedAt = performance.now();
  for (let start = 0; start < paths.length; start += lettersOfZip) {
    const target = join(folder, `copy-${start}`);
    const file = await open(target, 'wx');
    try {
      for (const path of paths.slice(start, start + lettersOfZip)) await file.writeFile(createReadStream(path));
      await file.sync();
    } finally {
      await file.close();
    }
    await rm(target);
  }
  return (performance.now() - startedAt) / 1000;
}
