import { glob, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stopServer } from '../../src/lib/db/embedded/server.ts';

/** Removes a folder, together with embedded databases that were left running in it or that it points to. */
export async function removeFolder(folder: string): Promise<void> {
  for await (const file of glob(join(folder, '**', 'postmaster.pid'))) await stopServer({ dataDir: dirname(file) });
  for await (const file of glob(join(folder, '**', 'postgres', 'location'))) {
    const dataDir = (await readFile(file, 'utf8')).trim();
    await stopServer({ dataDir });
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
