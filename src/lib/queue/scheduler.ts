import type { Logger } from '../observability/logger.ts';
import { passTicks, syncSchedule, type ScheduleDeps } from './pass-ticks.ts';
import type { ScheduledTask } from './schedule.ts';

/** Looks at the clock again and again. Any number of processes may have one. */
export interface Scheduler {
  /** Stores the schedule and keeps it going until `close`. */
  start(tasks: readonly ScheduledTask[]): Promise<void>;
  /** Finishes what it is in the middle of. */
  close(): Promise<void>;
}

/** Ticks are whole minutes; this is how late they may be. */
const intervalMs = 10_000;

export function createScheduler(deps: ScheduleDeps & { readonly logger: Pick<Logger, 'warn'> }): Scheduler {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> = Promise.resolve();

  async function look(tasks: readonly ScheduledTask[]): Promise<void> {
    try {
      await passTicks(deps, tasks);
    } catch (error) {
      deps.logger.warn({ err: error }, 'The schedule could not be looked at; the next look makes up for it');
    }
    if (isClosed) return;
    timer = setTimeout(() => {
      pass = look(tasks);
    }, intervalMs);
  }

  return {
    async start(tasks) {
      await syncSchedule(deps, tasks);
      pass = look(tasks);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await pass;
    },
  };
}
