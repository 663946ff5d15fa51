import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { ScheduledTask, ScheduleProgress } from './schedule.ts';

/** Every task of the schedule, by name. */
export async function listProgress(db: Queryable): Promise<ScheduleProgress[]> {
  const { rows } = await db.query<ScheduleProgress>({
    name: 'list_schedule_progress',
    text: `SELECT task, cron, ticks_until AS "ticksUntil", created_at AS "createdAt", last_run_at AS "lastRunAt"
      FROM schedule_runs ORDER BY task`,
  });
  return rows;
}

/** Stores tasks that are new or have another time; ticks before `at` are none of theirs. */
export async function saveSchedule(db: Queryable, tasks: readonly ScheduledTask[], at: Date): Promise<void> {
  await db.query(SQL`INSERT INTO schedule_runs (task, cron, ticks_until, created_at)
    SELECT task, cron, ${at}::timestamp, ${at}::timestamp
    FROM unnest(${tasks.map(({ task }) => task)}::text[], ${tasks.map(({ cron }) => cron)}::text[]) AS t (task, cron)
    ON CONFLICT (task) DO UPDATE SET cron = excluded.cron, ticks_until = excluded.ticks_until
    WHERE schedule_runs.cron <> excluded.cron`);
}

/** Forgets tasks that are in the schedule no more. */
export async function deleteOtherTasks(db: Queryable, tasks: readonly ScheduledTask[]): Promise<void> {
  await db.query(SQL`DELETE FROM schedule_runs WHERE task <> ALL(${tasks.map(({ task }) => task)}::text[])`);
}

/** Moves tasks to `until`, where nobody else moved them since they were read. Returns those that were moved. */
export async function claimTicks(tx: Queryable, due: readonly ScheduleProgress[], until: Date): Promise<Set<string>> {
  const { rows } = await tx.query<{ task: string }>(SQL`UPDATE schedule_runs SET ticks_until = ${until}
    FROM unnest(${due.map(({ task }) => task)}::text[], ${due.map(({ ticksUntil }) => ticksUntil)}::timestamp[])
      AS due (task, ticks_until)
    WHERE schedule_runs.task = due.task AND schedule_runs.ticks_until = due.ticks_until
    RETURNING schedule_runs.task`);
  return new Set(rows.map(({ task }) => task));
}

/** Notes that a run ended well. */
export async function saveRun(db: Queryable, task: string, at: Date): Promise<void> {
  await db.query({
    name: 'save_schedule_run',
    text: 'UPDATE schedule_runs SET last_run_at = $2 WHERE task = $1',
    values: [task, at],
  });
}
