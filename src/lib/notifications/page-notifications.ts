import type { KeyType } from '../api-keys/api-key.ts';
import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import {
  countNotificationsOfService,
  listNotificationsOfService,
  type NotificationListQuery,
} from './notification-list-repository.ts';
import type { NotificationWithTemplate } from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';
import type { NotificationType } from './notification.ts';
import type { ReadDeps } from './show-notification.ts';

export interface NotificationPageQuery {
  readonly serviceId: string;
  readonly keyType: KeyType;
  readonly types: readonly NotificationType[];
  readonly statuses: readonly NotificationStatus[];
  readonly includeJobs: boolean;
  /** Only what was created since this many London midnights ago, 0 being today's; null for everything. */
  readonly limitDays: number | null;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

export interface NotificationPage {
  readonly notifications: NotificationWithTemplate[];
  /** On all pages. */
  readonly total: number;
}

/**
 * A numbered page of a service's notifications, newest first, with the number of all of them: how version 1 of the API
 * pages (public API sheet §15). Null for a page after the last one; the first is there even when it is empty.
 *
 * The count is the one read that grows with what a service has, up to its retention window. It is made only where the
 * page itself does not tell: not for a page that is not full, which is the last.
 */
export async function pageNotifications(
  { db, secretBox, clock }: ReadDeps & { readonly clock: Clock },
  { page, pageSize, limitDays, ...filters }: NotificationPageQuery,
): Promise<NotificationPage | null> {
  const offset = (page - 1) * pageSize;
  const query: NotificationListQuery = {
    ...filters,
    clientReference: null,
    to: null,
    olderThan: null,
    createdSince: limitDays === null ? null : startOfDays(limitDays, clock.now()),
    limit: pageSize,
    offset,
  };
  const notifications = await listNotificationsOfService(db, secretBox, query);
  if (notifications.length === 0 && page > 1) return null;
  const read = offset + notifications.length;
  if (notifications.length < pageSize) return { notifications, total: read };
  // What arrives in between is no part of this page.
  return { notifications, total: Math.max(read, await countNotificationsOfService(db, query)) };
}

/** Longer than anything is kept. */
const maxDays = 100 * 366;

function startOfDays(days: number, now: Date): Date {
  const bounded = Math.max(-maxDays, Math.min(maxDays, days));
  return londonMidnightUtc(addDays(londonDate(now), -bounded));
}
