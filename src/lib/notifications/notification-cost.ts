import { multiplyPounds } from '../billing/pounds.ts';
import type { Prices } from '../billing/price-list.ts';
import { neverSentStatuses } from './notification-status.ts';
import type { Notification } from './notification.ts';

/** What a notification costs, as the v2 API shows it (public API sheet §7.1). */
export interface NotificationCost {
  readonly cost_details: Readonly<Record<string, number | string | null>>;
  readonly cost_in_pounds: number | null;
  readonly is_cost_data_ready: boolean;
}

type Costing = Pick<
  Notification,
  'notificationType' | 'status' | 'billableUnits' | 'rateMultiplier' | 'postage' | 'createdAt'
>;

/** What the cost depends on besides the notification. */
export interface CostBasis {
  readonly prices: Prices;
  /** Of its service. */
  readonly crown: boolean | null;
}

/** Without units, or without a rate, the cost is not ready: never an error. */
export function costOf(notification: Costing, { prices, crown }: CostBasis): NotificationCost {
  const { notificationType, status, billableUnits: units, createdAt } = notification;
  if (notificationType === 'email') return ready({}, 0);
  const isUncounted = status === 'created' && units === 0;
  if (isUncounted || status === 'pending-virus-check') return notReady;
  if (notificationType === 'sms') {
    const rate = prices.ofText(createdAt);
    if (rate === null) return notReady;
    const multiplier = Math.round(notification.rateMultiplier ?? 1);
    const details = { billable_sms_fragments: units, international_rate_multiplier: multiplier, sms_rate: rate };
    return ready(details, Number(multiplyPounds(String(rate), units * multiplier)));
  }
  const { postage } = notification;
  if (neverSentStatuses.includes(status)) return ready({ billable_sheets_of_paper: 0, postage }, 0);
  const rate = prices.ofLetter({ createdAt, sheets: units, postage, crown });
  return rate === null ? notReady : ready({ billable_sheets_of_paper: units, postage }, rate);
}

function ready(details: NotificationCost['cost_details'], pounds: number): NotificationCost {
  return { cost_details: details, cost_in_pounds: pounds, is_cost_data_ready: true };
}

const notReady: NotificationCost = { cost_details: {}, cost_in_pounds: null, is_cost_data_ready: false };
