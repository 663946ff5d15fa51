/**
 * Collates and uploads as an operator would after a crash, in a process of its own that ends itself with -9 at the step of a
 * number: before or after a transaction, or a file, or in the middle of a zip. Ends by itself when it has fewer steps.
 */
import type { App } from '../../src/lib/app.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { createDyingApp, step } from './dying-app.ts';

const lettersOfZip = process.argv[4];
const app = await createDyingApp();
const watched: App = {
  ...app,
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
