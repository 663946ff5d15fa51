import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { listDetailsOfService, type ServiceListQuery } from './notification-details-repository.ts';
import type { NotificationDetails } from './notification-details.ts';
import { toSearchPatterns } from './search-term.ts';

type Deps = { readonly db: Queryable; readonly secretBox: SecretBox };

export interface ServiceNotificationQuery extends Omit<ServiceListQuery, 'id' | 'createdSince' | 'search'> {
  /** Only what was made since this many midnights in London ago, 0 being today's; null for all. */
  readonly limitDays: number | null;
  /** A part of a recipient or reference; null = no search. Of a search there is one page, without test keys. */
  readonly to: string | null;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

export interface ServiceNotificationPage {
  readonly notifications: readonly NotificationDetails[];
  readonly hasNext: boolean;
}

/** Longer than anything is kept. */
const mostDays = 100 * 366;

/**
 * A page of a service's notifications, newest first (admin API sheet §4.10). Whether there is another page is found by one
 * row more, never by counting.
 */
export async function listServiceNotifications(
  { db, secretBox, clock }: Deps & { readonly clock: Clock },
  { limitDays, to, page, pageSize, ...query }: ServiceNotificationQuery,
): Promise<ServiceNotificationPage> {
  const days = limitDays === null ? null : Math.max(-mostDays, Math.min(mostDays, limitDays));
  const createdSince = days === null ? null : londonMidnightUtc(addDays(londonDate(clock.now()), -days));
  const search = to === null ? null : toSearchPatterns(to, query.types[0] ?? null);
  const offset = search === null ? (page - 1) * pageSize : 0;
  const includeFromTestKey = query.includeFromTestKey && search === null;
  const found = await listDetailsOfService(
    db,
    secretBox,
    { ...query, id: null, createdSince, search, includeFromTestKey },
    { limit: pageSize + 1, offset },
  );
  return { notifications: found.slice(0, pageSize), hasNext: found.length > pageSize };
}

/** One notification of a service, whatever its key. @throws AppError NOT_FOUND */
export async function showServiceNotification(
  { db, secretBox }: Deps,
  { serviceId, notificationId }: { readonly serviceId: string; readonly notificationId: string },
): Promise<NotificationDetails> {
  const any = { types: [], statuses: [], createdSince: null, olderThan: null, search: null } as const;
  const all = { includeJobs: true, includeFromTestKey: true, includeOneOff: true };
  const query = { ...any, ...all, serviceId, id: notificationId };
  const [notification] = await listDetailsOfService(db, secretBox, query, { limit: 1 });
  if (notification === undefined) throw new AppError('NOT_FOUND', 'No result found');
  return notification;
}
