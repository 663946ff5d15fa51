import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { countUnsubscribeRequests, type UnsubscribeStatistics } from './unsubscribe-statistics-repository.ts';

const recentDays = 7;

/**
 * How many people unsubscribed from emails of a service in the last seven days and today, whom it has not dealt with yet,
 * and when somebody did so last; null when nobody ever did (admin API sheet §3.1).
 *
 * @throws AppError NOT_FOUND
 */
export async function showUnsubscribeStatistics(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { serviceId }: { serviceId: string },
): Promise<UnsubscribeStatistics | null> {
  await requireService({ db }, serviceId);
  const since = londonMidnightUtc(addDays(londonDate(clock.now()), -recentDays));
  return countUnsubscribeRequests(db, { serviceId, since });
}
