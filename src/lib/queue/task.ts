import type { Queryable } from '../db/database.ts';

/** What a task knows of its run. */
export interface TaskContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Trace id of the HTTP request that caused the work, for logs. */
  readonly requestId: string | null;
  /** Aborted when the claim on the job is lost or the process shuts down. */
  readonly signal: AbortSignal;
}

/** Thrown by a task that cannot be worked on now, through no fault of its own: the same attempt comes again later. */
export class TaskPostponed extends Error {
  /** Seconds. */
  readonly delay: number;

  constructor(delay: number) {
    super(`postponed for ${delay} s`);
    this.name = 'TaskPostponed';
    this.delay = delay;
  }
}

/** A failed attempt, as it is recorded. */
export interface TaskFailure {
  readonly attempt: number;
  readonly error: unknown;
  /** Seconds until the next attempt; null when this was the last one. */
  readonly retryIn: number | null;
}

/**
 * A kind of background work. `run` must be idempotent: a job is delivered at least once. A failure is recorded by
 * `onFailure` in the transaction that schedules the retry; `onExhausted` runs in the same way when no retry is left.
 */
export interface Task<Args extends object = object> {
  readonly name: string;
  run(args: Args, context: TaskContext): Promise<void>;
  onFailure?(tx: Queryable, args: Args, failure: TaskFailure): Promise<void>;
  onExhausted?(tx: Queryable, args: Args, failure: TaskFailure): Promise<void>;
}

/** Keeps the argument type of a task while the registry forgets it. */
export function defineTask<Args extends object>(task: Task<Args>): Task {
  return task;
}

/** The tasks a worker knows, by name. */
export type TaskRegistry = ReadonlyMap<string, Task>;

export function createTaskRegistry(tasks: readonly Task[]): TaskRegistry {
  const registry = new Map(tasks.map((task) => [task.name, task]));
  if (registry.size !== tasks.length) throw new RangeError('Two tasks have the same name');
  return registry;
}
