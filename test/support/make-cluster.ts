import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';

/** Makes a state folder with a new embedded cluster, stopped, that takes whatever port is free at its next start. */
export async function makeCluster(stateDir: string): Promise<void> {
  await (await openEmbeddedDatabase({ stateDir })).release();
  await rm(join(stateDir, 'postgres', 'port'), { force: true });
}
