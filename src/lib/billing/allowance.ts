import { AppError } from '../core/errors.ts';
import { financialYear, londonDate } from '../core/london-time.ts';

/** Units of texts that a service sends free of charge in a financial year (data sheet §5.2). */
export interface Allowance {
  readonly serviceId: string;
  /** 2016 is the year from 1 April 2016. */
  readonly year: number;
  readonly limit: number;
  /** It has none, for it used so much the year before. */
  readonly isHighVolume: boolean;
  /** Set by hand, to something else than the default. */
  readonly isCustom: boolean;
}

/** What the first allowance of a service in a year depends on. */
export interface AllowanceBasis {
  readonly serviceId: string;
  /** Of its type of organisation in that year. */
  readonly defaultLimit: number;
  readonly unitsLastYear: number;
  /** Null: it had none. */
  readonly customLimitLastYear: number | null;
}

/** Whoever used as many units has nothing free the year after. */
export const highVolumeUnits = 300_000;

/** The most that a row can hold. */
export const mostFreeUnits = 2_147_483_647;

/** What a service gets in a year that it has no allowance of yet. */
export function firstAllowance(basis: AllowanceBasis, year: number): Allowance {
  const { serviceId, defaultLimit, unitsLastYear, customLimitLastYear } = basis;
  if (unitsLastYear >= highVolumeUnits) return { serviceId, year, limit: 0, isHighVolume: true, isCustom: false };
  const isCustom = customLimitLastYear !== null;
  return { serviceId, year, limit: customLimitLastYear ?? defaultLimit, isHighVolume: false, isCustom };
}

/** The first year that there are rates of. */
const firstYear = 2016;

/** The financial year of a moment. */
export function billingYear(now: Date): number {
  return financialYear(londonDate(now));
}

/** @throws AppError VALIDATION_FAILED for a year without rates or one that has not begun */
export function assertBillingYear(year: number, now: Date): void {
  const last = billingYear(now);
  if (Number.isInteger(year) && year >= firstYear && year <= last) return;
  throw new AppError(
    'VALIDATION_FAILED',
    `year is ${year}: expected ${firstYear} to ${last}, the year in which a financial year begins`,
    { details: { answer: 'No valid year provided' } },
  );
}
