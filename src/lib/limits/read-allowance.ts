import type { Clock } from '../core/clock.ts';
import { utcDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Service } from '../services/service.ts';
import { dailyLimitOf, type CountedType } from './daily-count.ts';
import { ensureDailyCount } from './ensure-daily-count.ts';

/** How many messages of a type a service may send in a day. */
export interface Allowance {
  readonly limit: number;
  /** What is left of it today; never below 0. */
  readonly remaining: number;
}

/** What a service may still send today, by the counter row, which is made when there is none. */
export async function readAllowance(
  { db, clock }: { db: Database; clock: Clock },
  service: Service,
  counted: CountedType,
): Promise<Allowance> {
  const limit = dailyLimitOf(service, counted);
  const sent = await ensureDailyCount(db, { serviceId: service.id, counted, day: utcDate(clock.now()) });
  return { limit, remaining: Math.max(limit - sent, 0) };
}
