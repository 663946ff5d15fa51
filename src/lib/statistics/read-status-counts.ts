import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { listFactRuns } from './status-fact-repository.ts';
import { beginSnapshot, countSpan, sumFacts, type CountedMessages } from './status-count-repository.ts';
import { liveSpans, type Period, type StatusCount } from './status-count.ts';

export interface StatisticsDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/** Which notifications are counted. */
export interface StatusCountsInput extends CountedMessages {
  /** Days in London, in order, without gaps. Days to come count nothing. */
  readonly days: readonly CalendarDate[];
  readonly period: Period;
}

/**
 * Counts notifications of days by status: the one way in which all statistics of the internal API are read, so that they
 * agree (data sheet §4.1). Past days come from the facts; today, and a past day whose facts are not complete, from both
 * tables. All of it is one snapshot. Test keys do not count.
 */
export async function readStatusCounts(
  { db, clock }: StatisticsDeps,
  { days, period, ...messages }: StatusCountsInput,
): Promise<StatusCount[]> {
  const today = londonDate(clock.now());
  const known = days.filter((day) => day <= today);
  const [since, last] = [known[0], known.at(-1)];
  if (since === undefined || last === undefined) return [];
  const until = last < today ? last : addDays(today, -1);
  return db.transaction(async (tx) => {
    await beginSnapshot(tx);
    const counts = since > until ? [] : await sumFacts(tx, messages, { since, until, period });
    const runs = await listFactRuns(tx, { since, until });
    for (const span of liveSpans(known, { today, runs, period })) counts.push(...(await countSpan(tx, messages, span)));
    return counts;
  });
}
