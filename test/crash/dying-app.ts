/** For a process that ends itself with -9 at the step whose number is its first argument, at the time of its second. */
import { flushCompileCache } from 'node:module';
import { createApp, type App } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';

// A killed process writes no cache, and the next one would compile everything again.
flushCompileCache();

const [killAt = '0', now = ''] = process.argv.slice(2);
let steps = 0;

/** A moment at which the process may end. */
export function step(): void {
  steps += 1;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

/** An app of the environment that may die before, in and after each transaction. */
export async function createDyingApp(): Promise<App> {
  const app = await createApp(loadConfig({ environment: process.env }).config, {
    name: 'notify crash test',
    logger: silentLogger,
    clock: { now: () => new Date(now) },
  });
  const db: App['db'] = {
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
  };
  return { ...app, db };
}
