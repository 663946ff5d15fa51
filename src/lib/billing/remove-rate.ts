import type { Clock } from '../core/clock.ts';
import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { londonDate, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Database, Queryable } from '../db/database.ts';
import { recordEvent } from '../events/record-event.ts';
import type { NewLetterRate } from './add-rate.ts';
import { deleteLetterRates, deleteSmsRate } from './rate-repository.ts';
import { toLetterRateViews, toSmsRateView, type RateView } from './rate-view.ts';

interface RemoveRateDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Crown null: of all services, also where those of the Crown have another rate than the others. */
export type LetterRateToRemove = Omit<NewLetterRate, 'rate'>;

/**
 * Removes what a fragment of a text costs from a day on that has not come, and leaves an event.
 *
 * @throws AppError NOT_FOUND, REFUSED when the day has begun
 */
export function removeSmsRate(deps: RemoveRateDeps, from: CalendarDate): Promise<RateView[]> {
  return remove(deps, { from, what: `texts from ${from}` }, async (tx) => {
    const removed = await deleteSmsRate(tx, londonMidnightUtc(from));
    return removed === null ? [] : [toSmsRateView(removed)];
  });
}

/**
 * Removes what a letter of so many sheets costs from a day on that has not come, and leaves an event of each rate.
 *
 * @throws AppError NOT_FOUND, REFUSED when the day has begun
 */
export function removeLetterRate(deps: RemoveRateDeps, letter: LetterRateToRemove): Promise<RateView[]> {
  const { from, sheets, postage, crown } = letter;
  const whose = crown === null ? '' : crown ? ', crown' : ', not crown';
  const what = `letters from ${from} with ${counted(sheets, 'sheet')}, postage '${postage}'${whose}`;
  return remove(deps, { from, what }, async (tx) => {
    const startDate = londonMidnightUtc(from);
    return toLetterRateViews(await deleteLetterRates(tx, { startDate, sheetCount: sheets, postClass: postage, crown }));
  });
}

function remove(
  { db, clock, ids }: RemoveRateDeps,
  { from, what }: { from: CalendarDate; what: string },
  deleteRates: (tx: Queryable) => Promise<RateView[]>,
): Promise<RateView[]> {
  return db.transaction(async (tx) => {
    const rates = await deleteRates(tx);
    if (rates.length === 0) {
      throw new AppError('NOT_FOUND', `There is no rate for ${what}`, {
        hint: "See 'notify billing rates list --all'.",
      });
    }
    // Only now, so that what is unknown is not said to have begun. The transaction brings the rates back.
    if (from <= londonDate(clock.now())) throw begun(what);
    for (const { rate, ...rest } of rates) {
      await recordEvent({ db: tx, clock, ids }, { eventType: 'remove_rate', data: { ...rest, rate: String(rate) } });
    }
    return rates;
  });
}

function begun(what: string): AppError {
  return new AppError(
    'REFUSED',
    `The rate for ${what} has begun, and messages are counted with it: expected a later one`,
    {
      hint: "Add a rate from another day with 'notify billing rates add'; 'notify billing rebuild' counts days again.",
    },
  );
}
