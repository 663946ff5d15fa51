/** Collates the letters that wait and uploads their zips, in a process of its own; prints what that took as one line of JSON. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { peakMemoryMb } from './process-usage.ts';

/** What a run took. */
export interface CollateRun {
  readonly letters: number;
  readonly zips: number;
  readonly collateMs: number;
  readonly uploadMs: number;
  readonly peakMb: number;
}

const { config } = loadConfig({ environment: process.env });
const app = await createApp(config, { name: 'notify bench', logger: silentLogger });

/** Zips go as soon as they are there: all of them would not fit on every disk. */
const printDestination: PrintDestination = {
  ...app.printDestination,
  async put(file, signal) {
    const outcome = await app.printDestination.put(file, signal);
    await rm(join(app.printDestination.place, file.name));
    return outcome;
  },
};

try {
  const startedAt = performance.now();
  await collateLetters(app);
  const collatedAt = performance.now();
  const { zips, letters } = await uploadZips({ ...app, printDestination });
  const endedAt = performance.now();
  const run: CollateRun = {
    letters,
    zips: zips.uploaded,
    collateMs: collatedAt - startedAt,
    uploadMs: endedAt - collatedAt,
    peakMb: (await peakMemoryMb(process.pid)) ?? 0,
  };
  process.stdout.write(`${JSON.stringify(run)}\n`);
} finally {
  await app.close();
}
