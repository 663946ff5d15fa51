import type { Clock } from '../core/clock.ts';
import { londonDate, londonDay } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { crownOf, type LetterRate, type LetterToPrice, type SmsRate } from './rate.ts';
import { listRates } from './show-rates.ts';

/** What messages cost, as this process remembers it, for whoever looks at many of them. */
export interface PriceList {
  /** At most a minute old. */
  read(): Promise<Prices>;
}

/** All rates. Those of a day are the newest from before its midnight in London (data sheet §5.1). */
export interface Prices {
  /** Pounds for a fragment of a text that was made then; null: no rate is known. */
  ofText(createdAt: Date): number | null;
  /** Pounds for a letter that was made then, all its sheets together; null: no rate is known. */
  ofLetter(letter: Omit<LetterToPrice, 'day'> & { readonly createdAt: Date }): number | null;
}

const maxAgeMs = 60_000;

export function createPriceList({ db, clock }: { db: Queryable; clock: Clock }): PriceList {
  let known: { readonly at: number; readonly prices: Promise<Prices> } | null = null;
  return {
    read() {
      const now = clock.now().getTime();
      if (known !== null && now - known.at < maxAgeMs && now >= known.at) return known.prices;
      const prices = listRates({ db }, null).then(createPrices);
      known = { at: now, prices };
      // What failed is not remembered: whoever waits for it now gets the error, and the next one asks again.
      prices.catch(() => {
        if (known?.prices === prices) known = null;
      });
      return prices;
    },
  };
}

function createPrices({ sms, letters }: { sms: readonly SmsRate[]; letters: readonly LetterRate[] }): Prices {
  const byKind = Map.groupBy(letters, keyOf);
  const midnightBefore = createMidnights();
  return {
    ofText(createdAt) {
      const midnight = midnightBefore(createdAt);
      return sms.findLast(({ validFrom }) => validFrom <= midnight)?.rate ?? null;
    },
    ofLetter({ createdAt, sheets, postage, crown }) {
      if (sheets === 0) return 0;
      const kind = keyOf({ sheetCount: sheets, postClass: postage ?? 'none', crown: crownOf(crown) });
      const midnight = midnightBefore(createdAt);
      return byKind.get(kind)?.findLast(({ startDate }) => startDate <= midnight)?.rate ?? null;
    },
  };
}

function keyOf({ sheetCount, postClass, crown }: Pick<LetterRate, 'sheetCount' | 'postClass' | 'crown'>): string {
  return `${sheetCount} ${postClass} ${crown}`;
}

/** The midnights in London that days began with. The day of the one before is remembered: those of a page are of few. */
function createMidnights(): (instant: Date) => Date {
  let day = { start: new Date(0), end: new Date(0) };
  return (instant) => {
    if (instant < day.start || instant >= day.end) day = londonDay(londonDate(instant));
    return day.start;
  };
}
