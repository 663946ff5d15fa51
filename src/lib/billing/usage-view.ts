import { AppError } from '../core/errors.ts';
import type { Usage } from './usage.ts';

/** A line of usage as the internal API shows it (admin API sheet §4.13). */
export interface UsageView {
  readonly notification_type: string;
  readonly chargeable_units: number;
  readonly notifications_sent: number;
  readonly rate: number;
  readonly cost: number;
  readonly free_allowance_used: number;
  readonly charged_units: number;
}

export interface MonthlyUsageView extends UsageView {
  /** Its English name. */
  readonly month: string;
  readonly postage: string;
}

/** Usage of a year; postage makes no line of its own. */
export function toUsageView(line: Usage): UsageView {
  return {
    notification_type: line.type,
    chargeable_units: line.chargeableUnits,
    notifications_sent: line.messages,
    rate: Number(line.rate),
    cost: Number(line.cost),
    free_allowance_used: line.freeAllowanceUsed,
    charged_units: line.chargedUnits,
  };
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Usage by month, for which emails do not matter. */
export function toMonthlyUsageView(lines: readonly Usage[]): MonthlyUsageView[] {
  return lines
    .filter(({ type }) => type !== 'email')
    .map((line) => ({ month: monthOf(line), ...toUsageView(line), postage: line.postage }));
}

function monthOf({ period }: Usage): string {
  const name = months[Number(period.slice(5)) - 1];
  if (name === undefined) throw new AppError('INTERNAL', `'${period}' is no month`);
  return name;
}
