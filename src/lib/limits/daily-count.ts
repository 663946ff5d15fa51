import type { KeyType } from '../api-keys/api-key.ts';
import { utcDate, type CalendarDate } from '../core/london-time.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { type Service } from '../services/service.ts';

/** What is counted by day. A text to a number abroad counts as `sms` and as `international_sms`. */
export const countedTypes = ['sms', 'email', 'letter', 'international_sms'] as const;
export type CountedType = (typeof countedTypes)[number];

/** Names one counter: a service, a type and a UTC day. */
export interface DailyCountKey {
  readonly serviceId: string;
  readonly counted: CountedType;
  readonly day: CalendarDate;
}

/** The messages of a service that were stored on a UTC day, those of test keys left out. */
export interface DailyCount extends DailyCountKey {
  readonly count: number;
}

/** A total that messages were just added to. */
export interface StoredCount extends DailyCount {
  /** Number of the transaction that stored them. */
  readonly transaction: string;
}

export interface DailyIncrement extends DailyCountKey {
  readonly by: number;
}

/** What decides where a message counts. */
export interface CountedMessage {
  readonly serviceId: string;
  readonly notificationType: NotificationType;
  readonly keyType: KeyType;
  readonly international: boolean;
  readonly phonePrefix: string | null;
  readonly createdAt: Date;
  /** How many messages it stands for, all alike; one when it is left out. */
  readonly times?: number;
}

/**
 * The counters that a message belongs to: none for a test key. The crown dependencies have numbers of their own country
 * and the prefix of the United Kingdom, and do not count as abroad (public API sheet §6).
 */
export function countersOf(message: CountedMessage): CountedType[] {
  const { notificationType, keyType } = message;
  if (keyType === 'test') return [];
  return isTextAbroad(message) ? ['sms', 'international_sms'] : [notificationType];
}

/** Whether a message is a text to a number abroad, of which there is a limit of its own. */
export function isTextAbroad({
  notificationType,
  international,
  phonePrefix,
}: Pick<CountedMessage, 'notificationType' | 'international' | 'phonePrefix'>): boolean {
  return notificationType === 'sms' && international && phonePrefix !== ukPrefix;
}

/** What messages add to the counters, one increment for each counter. The day is that of `createdAt`. */
export function toIncrements(messages: readonly CountedMessage[]): DailyIncrement[] {
  const increments = new Map<string, DailyCountKey & { by: number }>();
  let createdAt: Date | null = null;
  let day = '';
  for (const message of messages) {
    // Rows of a job have one time.
    if (message.createdAt !== createdAt) {
      ({ createdAt } = message);
      day = utcDate(createdAt);
    }
    for (const counted of countersOf(message)) {
      const key: DailyCountKey = { serviceId: message.serviceId, counted, day };
      const name = nameOf(key);
      const increment = increments.get(name);
      if (increment === undefined) increments.set(name, { ...key, by: message.times ?? 1 });
      else increment.by += message.times ?? 1;
    }
  }
  return [...increments.values()];
}

/** A text that stands for a counter in maps. */
export function nameOf({ serviceId, counted, day }: DailyCountKey): string {
  return `${serviceId}-${counted}-${day}`;
}

/** How many messages of a type the service may store in a day. */
export function dailyLimitOf(service: Service, counted: CountedType): number {
  switch (counted) {
    case 'sms':
      return service.smsMessageLimit;
    case 'email':
      return service.emailMessageLimit;
    case 'letter':
      return service.letterMessageLimit;
    case 'international_sms':
      return service.internationalSmsMessageLimit;
  }
}

const ukPrefix = '44';
