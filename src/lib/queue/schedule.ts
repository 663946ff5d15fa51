import { PgBoss } from 'pg-boss';
import type { QueueName } from './queues.ts';

/** Work that runs by the clock. Times are UTC (delivery sheet §10). */
export interface ScheduledTask {
  readonly task: string;
  readonly queue: QueueName;
  readonly cron: string;
}

/** How far a task of the schedule has come. */
export interface ScheduleProgress {
  readonly task: string;
  readonly cron: string;
  /** Ticks up to here are dealt with. */
  readonly ticksUntil: Date;
  readonly createdAt: Date;
  /** When a run last ended well. */
  readonly lastRunAt: Date | null;
}

const hourMs = 3_600_000;

/** A missed tick is made up for as long as this; after it, the next tick is soon enough, or it is nobody's news any more. */
export const latestTickMs = 7 * 24 * hourMs;

/** A clock that ran ahead this far was wrong: what it claimed does not count. */
const wrongClockMs = 10 * 60_000;

/** How long after a tick its run may end before it looks as if it never came. */
const longRunMs = hourMs;

/** The first tick after a moment, in UTC. */
export function nextTick(cron: string, after: Date): Date {
  const [tick] = calendar().previewSchedule(cron, { from: after, count: 1 });
  if (tick === undefined) throw new RangeError(`'${cron}' never comes`);
  return tick;
}

/** Whether a tick has come that nobody dealt with yet and that is not too old. */
export function isTickDue({ cron, ticksUntil }: Pick<ScheduleProgress, 'cron' | 'ticksUntil'>, now: Date): boolean {
  const oldest = now.getTime() - latestTickMs;
  return nextTick(cron, new Date(Math.max(ticksUntil.getTime(), oldest))) <= now;
}

/** Whether somebody whose clock was wrong claimed ticks that are still to come. */
export function isClaimedAhead({ ticksUntil }: Pick<ScheduleProgress, 'ticksUntil'>, now: Date): boolean {
  return ticksUntil.getTime() > now.getTime() + wrongClockMs;
}

/** When a run should have come that did not; null = all is well. */
export function overdueTick({ cron, createdAt, lastRunAt }: ScheduleProgress, now: Date): Date | null {
  const tick = nextTick(cron, lastRunAt ?? createdAt);
  return tick.getTime() + longRunMs < now.getTime() ? tick : null;
}

let library: PgBoss | null = null;

/** The queue's library also reads cron expressions; this one never connects. */
function calendar(): PgBoss {
  return (library ??= new PgBoss({ connectionString: 'postgres://localhost' }));
}
