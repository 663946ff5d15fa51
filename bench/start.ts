import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../src/lib/db/embedded/embedded-database.ts';
import { readLayout } from '../src/lib/db/embedded/layout.ts';
import type { Bench, BenchContext, DatabaseFacts } from './support/bench.ts';
import { readDatabaseFacts } from './support/bench-server.ts';
import { interleave } from './support/interleave.ts';
import { peakMemoryMb } from './support/process-usage.ts';
import { ensureBuilt, runNode, runProgram, startServe, type ProgramOptions } from './support/program.ts';
import { median, medianOf } from './support/statistics.ts';

const repeatsAtScale1 = 10;

/**
 * How long a person waits: for help, for a command that does nothing, for a server; against `node -e 0`.
 *
 * `first` means with an empty compile cache, as after an installation; the others find it filled. A cold server finds
 * neither state folder nor compile cache, a warm one both.
 */
export const start: Bench = {
  name: 'start',
  diskNeeded: (_scale, rounds) => (rounds + 1) * 200 * 1024 ** 2,

  async run(context) {
    const { folder, rounds, scale, resources, log } = context;
    ensureBuilt(log);
    const repeats = Math.max(1, Math.round(repeatsAtScale1 * scale));
    const home = await makeHome(folder, 'home');
    const measureOften = (measure: () => Promise<{ ms: number }>) => async (): Promise<number> => {
      const times: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat += 1) times.push((await measure()).ms);
      return median(times);
    };
    const withoutCache = async (args: readonly string[]): Promise<{ ms: number }> => {
      const compileCache = join(folder, 'empty-compile-cache');
      await rm(compileCache, { recursive: true, force: true });
      return runProgram(args, { home, compileCache });
    };
    const help = ['--help'];
    const command = ['config', 'check', '--json'];
    // Fills the compile cache.
    await runProgram(help, { home });
    await runProgram(command, { home });

    const homeOfRound = (round: number): string => join(folder, `home-${round}`);
    const makeHomeOfRound = async (round: number): Promise<string> => {
      resources.defer(() => removeRelocated(stateDirOf(homeOfRound(round))));
      return makeHome(folder, `home-${round}`);
    };
    const samples = await interleave(
      rounds,
      {
        node: measureOften(() => runNode(['-e', '0'], { home })),
        help: measureOften(() => runProgram(help, { home })),
        command: measureOften(() => runProgram(command, { home })),
        helpFirst: measureOften(() => withoutCache(help)),
        commandFirst: measureOften(() => withoutCache(command)),
        readyCold: async (round) => startAndStop(context, { home: await makeHomeOfRound(round) }),
        readyWarm: async (round) => startAndStop(context, { home: homeOfRound(round) }),
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );

    const node = median(samples.node);
    const readyWarm = medianOf(samples.readyWarm, ({ ms }) => ms);
    return {
      figures: {
        node_ms: node,
        help_ms: median(samples.help),
        help_first_ms: median(samples.helpFirst),
        command_ms: median(samples.command),
        command_first_ms: median(samples.commandFirst),
        ready_cold_ms: medianOf(samples.readyCold, ({ ms }) => ms),
        ready_warm_ms: readyWarm,
        ready_peak_mb: medianOf(samples.readyWarm, ({ peakMb }) => peakMb),
      },
      ratios: {
        help_vs_node: median(samples.help) / node,
        command_vs_node: median(samples.command) / node,
        ready_vs_node: readyWarm / node,
      },
      database: samples.readyWarm.at(-1)!.database,
    };
  },
};

async function makeHome(folder: string, name: string): Promise<string> {
  const home = join(folder, name);
  await mkdir(home);
  return home;
}

function stateDirOf(home: string): string {
  return join(home, 'state', 'notify');
}

/** Where root's server cannot enter the folder of the bench, its data is elsewhere. */
async function removeRelocated(stateDir: string): Promise<void> {
  const { isRelocated, dataDir } = await readLayout(stateDir);
  if (isRelocated) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

interface Started {
  readonly ms: number;
  readonly peakMb: number;
  readonly database: DatabaseFacts;
}

async function startAndStop(context: BenchContext, options: ProgramOptions): Promise<Started> {
  const serve = await startServe(context, [], options);
  const peakMb = (await peakMemoryMb(serve.pid)) ?? 0;
  // While it runs, attaching costs little.
  const database = await factsOf(stateDirOf(options.home));
  await serve.stop();
  return { ms: serve.readyMs, peakMb, database };
}

async function factsOf(stateDir: string): Promise<DatabaseFacts> {
  const database = await openEmbeddedDatabase({ stateDir });
  try {
    return await readDatabaseFacts(database.url);
  } finally {
    await database.release();
  }
}
