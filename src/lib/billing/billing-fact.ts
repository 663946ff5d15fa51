import { addDays, londonDay, type CalendarDate } from '../core/london-time.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { letterRateMissing, smsRateMissing } from './rate.ts';
import type { AppError } from '../core/errors.ts';

/** In these statuses messages count as sent, and are paid for (data sheet §1.1). */
export const billableStatuses: Readonly<Record<NotificationType, readonly NotificationStatus[]>> = {
  email: ['sending', 'delivered', 'temporary-failure', 'permanent-failure'],
  sms: ['sending', 'sent', 'delivered', 'pending', 'temporary-failure', 'permanent-failure'],
  letter: ['sending', 'delivered', 'returned-letter'],
};

export const billingTypes: readonly NotificationType[] = ['email', 'sms', 'letter'];

/** What the facts of a day come to. */
export interface BillingTotals {
  readonly messages: number;
  /** Fragments of texts and sheets of letters. */
  readonly units: number;
  /** In pounds, before free allowances. */
  readonly cost: number;
}

/** Messages of a day that no rate is known for. */
export interface UnpricedMessages {
  readonly serviceId: string;
  readonly type: NotificationType;
  /** Of each letter; of a text its fragments. */
  readonly units: number;
  readonly postage: string;
  readonly crown: boolean;
  readonly messages: number;
}

/** What to do about messages without a rate. */
export function rateMissingFor(
  day: CalendarDate,
  { type, units, postage, crown }: Pick<UnpricedMessages, 'type' | 'units' | 'postage' | 'crown'>,
): AppError {
  return type === 'letter' ? letterRateMissing({ day, sheets: units, postage, crown }) : smsRateMissing(day);
}

const nightlyDays = 10;

/**
 * What a night's run counts, the oldest day first: the ten days before today, and those that no run came to since the last
 * one. A day that was over when it was counted last is not counted again for that: its history may be gone by now.
 */
export function nightlyBillingDays(
  today: CalendarDate,
  last: { readonly day: CalendarDate; readonly completedAt: Date } | null,
): CalendarDate[] {
  const usual = addDays(today, -nightlyDays);
  const missed = last === null ? usual : last.completedAt < londonDay(last.day).end ? last.day : addDays(last.day, 1);
  const days: CalendarDate[] = [];
  for (let day = missed < usual ? missed : usual; day < today; day = addDays(day, 1)) days.push(day);
  return days;
}
