/**
 * Queues letters for the printer's API and gives them to it, in a process of its own that ends itself with -9 at the step of a
 * number: before or after a transaction, or a request. Ends by itself when it has fewer steps.
 */
import { flushCompileCache } from 'node:module';
import { createApp, type App } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { deliverLetter } from '../../src/lib/print-runs/deliver-letter.ts';
import { requestPrints } from '../../src/lib/print-runs/request-prints.ts';

const [killAt = '0', now = ''] = process.argv.slice(2);
// A killed process writes no cache, and the next one would compile everything again.
flushCompileCache();

let steps = 0;

function step(): void {
  steps += 1;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

const app = await createApp(loadConfig({ environment: process.env }).config, {
  name: 'notify crash test',
  logger: silentLogger,
  clock: { now: () => new Date(now) },
});
const watched: App = {
  ...app,
  db: {
    ...app.db,
    async transaction(work) {
      step();
      const result = await app.db.transaction(async (tx) => {
        const done = await work(tx);
        step();
        return done;
      });
      step();
      return result;
    },
  },
  printApi: {
    ...app.printApi!,
    async print(...request) {
      step();
      const outcome = await app.printApi!.print(...request);
      step();
      return outcome;
    },
  },
  records: {
    ...app.records,
    async sent(message) {
      step();
      await app.records.sent(message);
      step();
    },
  },
};

try {
  await requestPrints(watched);
  // As workers do, one after the other.
  const { rows } = await app.db.query<{ id: string }>(
    'SELECT notification_id AS id FROM letter_print_requests ORDER BY 1',
  );
  for (const { id } of rows) await deliverLetter(watched, { notificationId: id });
} finally {
  await app.close();
}
