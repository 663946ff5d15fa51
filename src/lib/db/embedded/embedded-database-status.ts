import path from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { inspectCluster } from './cluster.ts';
import { homeOf, readLayout } from './layout.ts';
import { findPostmaster } from './postmaster.ts';
import { countUsers } from './process-locks.ts';
import { serverLogOf } from './server-log.ts';

/** What can be said of a state folder's database without starting or changing anything. */
export interface EmbeddedDatabaseStatus {
  /** True when a complete cluster is there. */
  readonly initialised: boolean;
  readonly running: boolean;
  readonly dataDir: string;
  readonly logFile: string;
  /** The major version that made the cluster, for example 18; null without a cluster. */
  readonly clusterMajor: number | null;
  /** The server's process; null when it does not run. */
  readonly pid: number | null;
  /** The server's port on 127.0.0.1; null when it does not run. */
  readonly port: number | null;
  /** How many processes are attached. */
  readonly attachedProcesses: number;
  /** Why the cluster cannot be used or looked at; null when nothing is known against it. */
  readonly problem: string | null;
}

/** Says whether the embedded database of a state folder exists, runs, and where. Never throws. */
export async function embeddedDatabaseStatus(stateDir: string): Promise<EmbeddedDatabaseStatus> {
  const home = homeOf(stateDir);
  const nothing: EmbeddedDatabaseStatus = {
    initialised: false,
    running: false,
    dataDir: path.join(home, 'data'),
    logFile: serverLogOf(home).file,
    clusterMajor: null,
    pid: null,
    port: null,
    attachedProcesses: 0,
    problem: null,
  };
  try {
    const { dataDir } = await readLayout(stateDir);
    const cluster = await inspectCluster(dataDir);
    if (cluster.kind === 'absent') return { ...nothing, dataDir };
    if (cluster.kind === 'broken') return { ...nothing, dataDir, problem: `${dataDir} ${cluster.problem}` };
    const server = await findPostmaster(dataDir);
    return {
      ...nothing,
      dataDir,
      initialised: true,
      clusterMajor: cluster.major,
      running: server?.state === 'ready',
      pid: server?.pid ?? null,
      port: server?.port ?? null,
      attachedProcesses: await countUsers(home),
    };
  } catch (error) {
    return { ...nothing, problem: messageOf(error) };
  }
}
