import { addDays, londonDate, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { atLeastPence } from './pounds.ts';
import type { LetterRate, SmsRate } from './rate.ts';

/** A rate as commands show it. */
export interface RateView {
  readonly notification_type: NotificationType;
  /** The first day in London that it holds for. */
  readonly from: CalendarDate;
  /** Of letters. */
  readonly sheets?: number;
  readonly postage?: string;
  /** Null: of all services alike. */
  readonly crown?: boolean | null;
  /** Pounds. */
  readonly rate: number;
}

export function toSmsRateView({ validFrom, rate }: SmsRate): RateView {
  return { notification_type: 'sms', from: firstDayOf(validFrom), rate };
}

/** Rates of letters; what is the same with the crown flag and without becomes one. */
export function toLetterRateViews(rates: readonly LetterRate[]): RateView[] {
  const keyOf = ({ startDate, sheetCount, postClass, rate }: LetterRate): string =>
    [startDate.getTime(), sheetCount, postClass, rate].join(' ');
  return [...Map.groupBy(rates, keyOf).values()].map((alike) => {
    const { startDate, sheetCount: sheets, postClass: postage, crown, rate } = alike[0]!;
    const whose = alike.length > 1 ? null : crown;
    return { notification_type: 'letter', from: firstDayOf(startDate), sheets, postage, crown: whose, rate };
  });
}

/** `£0.024`, `£1.80`. */
export function rateText(rate: number): string {
  return `£${atLeastPence(String(rate))}`;
}

/** `£0.024`, `£12.00`; with five decimals at most: what is added up as binary fractions drifts. */
export function costText(cost: number): string {
  return rateText(Number(cost.toFixed(5)));
}

/** A rate holds for the days whose midnight is not before it. */
function firstDayOf(start: Date): CalendarDate {
  const day = londonDate(start);
  return londonMidnightUtc(day) < start ? addDays(day, 1) : day;
}
