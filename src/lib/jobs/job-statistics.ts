import { isJsonObject } from '../core/json.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import {
  completedStatuses,
  notificationStatuses,
  type NotificationStatus,
} from '../notifications/notification-status.ts';
import type { Job } from './job.ts';

/** How many notifications of a job have a status. */
export interface StatusCount {
  readonly status: NotificationStatus;
  readonly count: number;
}

/** What of a job decides where its statistics are read (jobs sheet §3). */
export type CountedJob = Pick<Job, 'id' | 'processingStarted' | 'notificationCount'>;

/** Jobs that began before this many midnights in London ago are counted from the facts. */
const daysReadLive = 3;

/** From when on jobs are counted from their notifications. */
export function liveSince(now: Date): Date {
  return londonMidnightUtc(addDays(londonDate(now), -daysReadLive));
}

/** Whether nothing of a job can change any more: every row is there, and each has ended. */
export function isSettled({ notificationCount }: CountedJob, counts: readonly StatusCount[]): boolean {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return total === notificationCount && counts.every(({ status }) => completedStatuses.includes(status));
}

/** Reads statistics that were kept as JSON; null for anything else. */
export function readStatusCounts(text: string): StatusCount[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return Array.isArray(value) && value.every(isStatusCount) ? value : null;
}

function isStatusCount(entry: unknown): entry is StatusCount {
  if (!isJsonObject(entry)) return false;
  const { status, count } = entry;
  return Number.isInteger(count) && (notificationStatuses as readonly unknown[]).includes(status);
}
