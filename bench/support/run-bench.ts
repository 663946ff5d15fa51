import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchResult } from './bench.ts';
import { assertFreeDisk } from './free-disk.ts';
import { beginRun, describeMachine } from './machine.ts';
import { roundFigure, type Report } from './report.ts';

export interface RunOptions {
  readonly scale: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
}

const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a bench in a folder of its own. Whatever it started ends and the folder goes, also after an error or a signal.
 *
 * @throws BenchError 69 without enough free disk; what the bench throws
 */
export async function runBench(bench: Bench, { scale, rounds, log }: RunOptions): Promise<Report> {
  await assertFreeDisk(tmpdir(), bench.diskNeeded(scale, rounds));
  const begun = beginRun();
  const folder = await mkdtemp(join(tmpdir(), 'notify-bench-'));
  // As root, the embedded server runs under another account, which must get to its data.
  await chmod(folder, 0o755);
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const forgetSignals = onSignal(async (signal) => {
    log(`${signal}: letting go of everything`);
    await resources.disposeAsync();
    process.exit(exitStatus[signal]);
  });
  try {
    const result = await bench.run({ scale, rounds, folder, resources, log });
    return toReport(bench.name, result, { ...describeMachine(result.database, begun), scale, rounds });
  } finally {
    forgetSignals();
  }
}

function toReport(bench: string, { figures, ratios }: BenchResult, machine: Report['machine']): Report {
  return { bench, figures: rounded(figures), ratios: rounded(ratios), machine };
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, roundFigure(value)]));
}

type Signal = keyof typeof exitStatus;

function onSignal(handle: (signal: Signal) => Promise<void>): () => void {
  // A second signal ends it the usual way.
  const listener = (signal: Signal): void => void handle(signal);
  const signals = Object.keys(exitStatus) as Signal[];
  for (const signal of signals) process.once(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
