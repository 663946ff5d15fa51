/** The folder of a run, and what is left of runs that were killed. */
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPidRunning } from '../../src/lib/db/embedded/process-identity.ts';
import { memoryFolder, memoryRoot } from './memory-folder.ts';
import { removeFolder } from './remove-folder.ts';

/**
 * Makes a folder for this process, in memory where there is enough of it and `TMPDIR` names no other, and removes those of
 * processes that are no more.
 *
 * @param prefix of its name; the number of the process follows
 */
export async function makeRunFolder(prefix: string): Promise<string> {
  await removeAbandonedFolders(prefix);
  const memory = process.env['TMPDIR'] === undefined ? memoryFolder() : null;
  const folder = await mkdtemp(join(memory ?? tmpdir(), `${prefix}${process.pid}-`));
  // As root, database servers run under another account, which must get to their data.
  await chmod(folder, 0o755);
  return folder;
}

/** With the servers that still run in them. */
async function removeAbandonedFolders(prefix: string): Promise<void> {
  for (const parent of new Set([memoryRoot, tmpdir()])) {
    for (const name of await readdir(parent).catch(() => [])) {
      const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : NaN;
      // Best effort: it may belong to another user, or another run may be removing it, too.
      if (Number.isInteger(pid) && !isPidRunning(pid)) await removeFolder(join(parent, name)).catch(() => undefined);
    }
  }
}
