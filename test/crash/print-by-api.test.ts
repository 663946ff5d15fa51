/** A process that gives letters to the printer's API and is killed with -9 at each of its steps: none is printed twice, none is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createPrintApi } from '../../src/lib/print-runs/create-print-api.ts';
import { deliverLetter } from '../../src/lib/print-runs/deliver-letter.ts';
import { requestPrints } from '../../src/lib/print-runs/request-prints.ts';
import { aService } from '../support/builders.ts';
import { useStubPrinter } from '../support/provider-stub.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const printer = useStubPrinter();
const app = useTestApp();
const child = join(import.meta.dirname, 'print-by-api.ts');
const now = '2020-02-17T18:00:00Z';
const clock = { now: () => new Date(now) };
let serviceId: string;

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
});

/** Runs the child; true when it was killed. */
async function runUntil(killAt: number): Promise<boolean> {
  const { printApiUrl, printApiUser, printApiPassword, printApiKey, printCallbackUrl } = printer.config;
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: app.databaseUrl,
    NOTIFY_SECRET_KEYS: testSecretKeys,
    NOTIFY_STORAGE_DIR: app.config.storageDir!,
    NOTIFY_PRINT_API_URL: printApiUrl!,
    NOTIFY_PRINT_API_USER: printApiUser!,
    NOTIFY_PRINT_API_PASSWORD: printApiPassword!,
    NOTIFY_PRINT_API_KEY: printApiKey!,
    NOTIFY_PRINT_CALLBACK_URL: printCallbackUrl!,
    HOME: '/nonexistent',
    NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  };
  const running = spawn(process.execPath, [child, String(killAt), now], { env, stdio: 'inherit' });
  const [code, signal] = (await once(running, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect(code, `the run that was to be killed at step ${killAt}`).toBe(0);
  return false;
}

async function states(): Promise<unknown[]> {
  const { rows } = await app.db.query('SELECT notification_status AS status, count(*) FROM notifications GROUP BY 1');
  return rows;
}

it('prints each letter once, wherever it was killed', { timeout: 300_000 }, async () => {
  const printApi = createPrintApi({ ...app.config, ...printer.config }, app);
  app.onClose(async () => printApi?.close());
  const worked = { ...app, printApi };
  let kills = 0;
  let repeated = 0;
  for (let killAt = 1; ; killAt += 1) {
    for (const table of ['notifications', 'letter_print_requests', 'letter_print_runs', 'pgboss.job_common'])
      await app.db.query(`DELETE FROM ${table}`);
    printer.reset();
    printer.setScenario({ callback: 'none' });
    const stored = await storeLetters(app, manyLetters(2, { serviceId, createdAt: new Date('2020-02-17T10:00:00Z') }));
    const wasKilled = await runUntil(killAt);
    // What schedule and workers do next.
    if (wasKilled) {
      await waitFor(() => requestPrints({ ...worked, clock }).then(() => true), {
        what: 'the dead process to let go of its lock',
      });
      for (const { id } of stored) await deliverLetter(worked, { notificationId: id });
    }
    expect(await states(), `killed at step ${killAt}`).toEqual([{ status: 'sending', count: 2 }]);
    expect(printer.letters.map(({ id }) => id).sort()).toEqual(stored.map(({ id }) => id).sort());
    expect(printer.counts().printed).toBe(2);
    repeated += printer.counts().repeated;
    if (!wasKilled) break;
    kills += 1;
  }
  expect(kills, 'steps at which it was killed').toBeGreaterThan(12);
  expect(repeated, 'letters that the printer had when they came again').toBeGreaterThan(0);
});
