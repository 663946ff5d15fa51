import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { assertNotArchived } from '../retention/assert-not-archived.ts';
import { requireService } from '../services/show-service.ts';
import {
  compareFacts,
  listServicesOfDays,
  lockFacts,
  readLastFactRuns,
  replaceFacts,
  saveFactRun,
} from './status-fact-repository.ts';
import { nightlyFactDays, type FactDay } from './status-fact.ts';

export interface FactDeps {
  readonly db: Database;
  readonly clock: Clock;
}

export interface RebuildFactsInput {
  readonly days: readonly FactDay[];
  /** Null: all services, archived ones too. */
  readonly serviceId: string | null;
  /** Only compare the facts with the tables. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each day of a type. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a day's facts of a type came to. */
export interface RebuiltFactDay extends FactDay {
  /** Those with messages or facts. */
  readonly services: number;
  /** Notifications in the facts as they were. */
  readonly before: number;
  /** Notifications in both tables. */
  readonly notifications: number;
}

/**
 * Counts the notifications of past days by template, job, kind of key and status, and puts the counts in the place of the
 * facts (data sheet §4.3): one transaction for each day, type and service. Test keys are left out. A day that was counted
 * for all services is noted: from then on it is read from the facts. It may run again, and at the same time as others.
 *
 * @throws AppError USAGE_INVALID for a day that is not over; REFUSED for one whose history is archived; NOT_FOUND for an unknown
 *   service; DATABASE_UNAVAILABLE
 */
export async function rebuildStatusFacts(deps: FactDeps, input: RebuildFactsInput): Promise<RebuiltFactDay[]> {
  const { days, serviceId, onProgress } = input;
  const today = londonDate(deps.clock.now());
  for (const { day } of days) assertOver(day, today);
  await assertNoneArchived(deps, days);
  if (serviceId !== null) await requireService(deps, serviceId);
  const services = await servicesOf(deps, input);
  const rebuilt: RebuiltFactDay[] = [];
  for (const [index, factDay] of days.entries()) {
    rebuilt.push(await rebuildDay(deps, factDay, services(factDay), input));
    onProgress?.(index + 1, days.length);
  }
  return rebuilt;
}

/** The nightly run (delivery sheet §10, 00:30 UTC): yesterday and the days before it that may have changed. */
export async function createNightlyFacts(
  deps: FactDeps & { readonly logger: Pick<Logger, 'info'> },
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const days = nightlyFactDays(londonDate(deps.clock.now()), await readLastFactRuns(deps.db));
  const rebuilt = await rebuildStatusFacts(deps, { days, serviceId: null, ...(signal !== undefined && { signal }) });
  const count = rebuilt.reduce((sum, { notifications }) => sum + notifications, 0);
  deps.logger.info({ days: days.length, count }, 'Counted notifications of past days by status');
}

async function assertNoneArchived(deps: FactDeps, days: readonly FactDay[]): Promise<void> {
  const [since, until] = firstAndLast(days);
  if (since !== undefined && until !== undefined) await assertNotArchived(deps, { since, until });
}

function firstAndLast(days: readonly FactDay[]): [CalendarDate | undefined, CalendarDate | undefined] {
  const inOrder = days.map(({ day }) => day).sort();
  return [inOrder[0], inOrder.at(-1)];
}

/** Whose messages of a type may have been made on the days. */
async function servicesOf(
  { db }: FactDeps,
  { days, serviceId }: RebuildFactsInput,
): Promise<(factDay: FactDay) => readonly string[]> {
  if (serviceId !== null) return () => [serviceId];
  const [since, until] = firstAndLast(days);
  if (since === undefined || until === undefined) return () => [];
  const services = await listServicesOfDays(db, { since, until });
  return ({ type }) => services.get(type) ?? [];
}

async function rebuildDay(
  { db, clock }: FactDeps,
  factDay: FactDay,
  serviceIds: readonly string[],
  { serviceId, dryRun = false, signal }: RebuildFactsInput,
): Promise<RebuiltFactDay> {
  let [services, before, notifications] = [0, 0, 0];
  for (const id of serviceIds) {
    signal?.throwIfAborted();
    const about = { ...factDay, serviceId: id };
    const totals = dryRun
      ? await compareFacts(db, about)
      : await db.transaction(async (tx) => {
          await lockFacts(tx, about);
          return replaceFacts(tx, about, clock.now());
        });
    if (totals.before > 0 || totals.after > 0) services += 1;
    before += totals.before;
    notifications += totals.after;
  }
  if (!dryRun && serviceId === null) await saveFactRun(db, factDay, clock.now());
  return { ...factDay, services, before, notifications };
}

/** @throws AppError USAGE_INVALID: of a day that goes on, facts would be taken for the whole of it */
export function assertOver(day: CalendarDate, today: CalendarDate): void {
  if (day < today) return;
  throw new AppError('USAGE_INVALID', `The day ${day} is not over: expected a day before today (${today})`);
}
