/** Where the database of a bench is, and whether it keeps its promises. */
export interface DatabaseFacts {
  readonly postgres: string;
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly shared_buffers: string;
}

/** What a bench gets. */
export interface BenchContext {
  /** 1 = the documented amount of work. */
  readonly scale: number;
  readonly rounds: number;
  /** A folder of its own, removed at the end. Every account may pass through it. */
  readonly folder: string;
  /** What to let go of at the end, also after an error or a signal; last in, first out. */
  readonly resources: AsyncDisposableStack;
  /** A line of progress, on standard error. */
  readonly log: (line: string) => void;
}

/** What a bench found out. Names end in their unit: `_ms`, `_mb`, `_per_second`. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number>>;
  /** Ours over theirs, measured in the same run. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly database: DatabaseFacts | null;
}

export interface Bench {
  readonly name: string;
  /** Free disk space it needs for a scale and a number of rounds, in bytes. */
  diskNeeded(scale: number, rounds: number): number;
  run(context: BenchContext): Promise<BenchResult>;
}

/** A failure that a message explains: 1 a measurement that is not valid, 2 usage, 69 something that is not there. */
export class BenchError extends Error {
  readonly exitCode: number;

  constructor(exitCode: 1 | 2 | 69, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BenchError';
    this.exitCode = exitCode;
  }
}
