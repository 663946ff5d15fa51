/** Embedded databases for tests of something else than their first start: making a cluster takes longer than most tests. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { makeCluster } from './make-cluster.ts';
import './provided.ts';

/**
 * Makes a state folder whose cluster is complete and stopped: a copy of the run's, with the owners of its files, as root's
 * server runs under another account.
 *
 * @param stateDir does not exist; its parent lets every account pass
 */
export async function makeStoppedCluster(stateDir: string): Promise<void> {
  const { cluster } = inject('database');
  if (cluster === null) await makeCluster(stateDir);
  else await promisify(execFile)('cp', ['-a', cluster, stateDir]);
}
