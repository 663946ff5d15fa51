import { readdirSync, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { findPostmaster } from './postmaster.ts';

/**
 * Ends what is left of a killed server: backends that are busy notice its death late and keep its shared memory until
 * then. SIGQUIT is what the server itself would send them in an emergency. Call it with the state mutex held, after a
 * start was refused. Linux only; elsewhere they have to end by themselves.
 */
export async function endOrphanedBackends(dataDir: string): Promise<void> {
  if (process.platform !== 'linux' || (await findPostmaster(dataDir)) !== null) return;
  const folder = await stat(dataDir);
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const workingFolder = statSync(`/proc/${pid}/cwd`);
      if (workingFolder.ino !== folder.ino || workingFolder.dev !== folder.dev) continue;
      // The name is checked because a shell may stand in the folder, too.
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres') process.kill(pid, 'SIGQUIT');
    } catch {
      // It ended meanwhile, or is not ours to see.
    }
  }
}
