import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { saveRun } from './schedule-repository.ts';
import type { ScheduledTask } from './schedule.ts';
import type { Task } from './task.ts';

/** Has those of the tasks that run by the clock note when a run ended well, for `doctor`. */
export function noteScheduledRuns(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  tasks: readonly Task[],
  schedule: readonly ScheduledTask[],
): Task[] {
  const scheduled = new Set(schedule.map(({ task }) => task));
  return tasks.map((task) =>
    scheduled.has(task.name)
      ? {
          ...task,
          async run(args, context) {
            await task.run(args, context);
            await saveRun(db, task.name, clock.now());
          },
        }
      : task,
  );
}
