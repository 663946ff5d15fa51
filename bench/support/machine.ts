import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { DatabaseFacts } from './bench.ts';

/** What figures depend on. Missing facts are null: the shape is the same for every bench. */
export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly memory_gb: number;
  readonly kernel: string;
  readonly node: string;
  readonly postgres: string | null;
  readonly fsync: string | null;
  readonly synchronous_commit: string | null;
  readonly shared_buffers: string | null;
  /** Load of the last minute when the bench began: above 0 others were working too. */
  readonly load_before: number;
  readonly date: string;
}

export function describeMachine(database: DatabaseFacts | null, begun: { date: Date; load: number }): Machine {
  const processors = cpus();
  return {
    cpus: processors.length,
    model: processors[0]?.model.trim() ?? 'unknown',
    memory_gb: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    postgres: database?.postgres ?? null,
    fsync: database?.fsync ?? null,
    synchronous_commit: database?.synchronous_commit ?? null,
    shared_buffers: database?.shared_buffers ?? null,
    load_before: Math.round(begun.load * 100) / 100,
    date: begun.date.toISOString(),
  };
}

/** Date and load, before the bench makes its own. */
export function beginRun(): { date: Date; load: number } {
  return { date: new Date(), load: loadavg()[0] ?? 0 };
}
