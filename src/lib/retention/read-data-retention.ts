import { addDays, utcDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { defaultRetentionDays, type RetentionDays } from './data-retention.ts';
import { listDataRetention } from './data-retention-repository.ts';

/** How many days a service keeps its messages of each type. */
export async function readRetentionDays({ db }: { readonly db: Queryable }, serviceId: string): Promise<RetentionDays> {
  const kept = await listDataRetention(db, serviceId);
  const daysOf = (type: NotificationType): number =>
    kept.find(({ notificationType }) => notificationType === type)?.daysOfRetention ?? defaultRetentionDays;
  return { email: daysOf('email'), sms: daysOf('sms'), letter: daysOf('letter') };
}

/** 00:00 UTC of the first day that is kept. */
export function keptSince(days: number, now: Date): Date {
  return new Date(`${addDays(utcDate(now), -days)}T00:00:00Z`);
}
