/**
 * Collates and uploads as an operator would after a crash, in a process of its own that ends itself with -9 at the step of a
 * number: before or after a transaction, or a file, or in the middle of a zip. Ends by itself when it has fewer steps.
 */
import { flushCompileCache } from 'node:module';
import { createApp, type App } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';

const [killAt = '0', now = '', lettersOfZip = ''] = process.argv.slice(2);
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
  storage: {
    ...app.storage,
    async put(...object) {
      step();
      await app.storage.put(...object);
      step();
    },
  },
  printDestination: stepping(app.printDestination),
};

function stepping(destination: PrintDestination): PrintDestination {
  return {
    ...destination,
    async put({ content, ...file }, signal) {
      step();
      const outcome = await destination.put({ ...file, content: () => dyingHalfway(content()) }, signal);
      step();
      return outcome;
    },
  };
}

async function* dyingHalfway(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let chunks = 0;
  for await (const chunk of content) {
    chunks += 1;
    if (chunks === 2) setImmediate(step);
    yield chunk;
  }
}

const limits = { bytes: 1e9, letters: Number(lettersOfZip) };
try {
  await collateLetters(watched, { resume: true, limits });
  await uploadZips(watched);
  await collateLetters(watched, { limits });
  await uploadZips(watched);
} finally {
  await app.close();
}
