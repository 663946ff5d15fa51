/** Collates the letters that wait and uploads their zips, in a process of its own; prints what that took as one line of JSON. */
import type * as AppModule from '../../src/lib/app.ts';
import type * as LoadModule from '../../src/lib/config/load.ts';
import type * as CollateLettersModule from '../../src/lib/print-runs/collate-letters.ts';
import type * as UploadZipsModule from '../../src/lib/print-runs/upload-zips.ts';
import type * as LoggerModule from '../../src/lib/observability/logger.ts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { importBuilt } from './built.ts';
import { peakMemoryMb } from './process-usage.ts';

const [{ createApp }, { loadConfig }, { collateLetters }, { uploadZips }, { silentLogger }] = await Promise.all([
  importBuilt<typeof AppModule>('lib/app.ts'),
  importBuilt<typeof LoadModule>('lib/config/load.ts'),
  importBuilt<typeof CollateLettersModule>('lib/print-runs/collate-letters.ts'),
  importBuilt<typeof UploadZipsModule>('lib/print-runs/upload-zips.ts'),
  importBuilt<typeof LoggerModule>('lib/observability/logger.ts'),
]);

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
