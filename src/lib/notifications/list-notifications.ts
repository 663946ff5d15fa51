import { comparableRecipient } from '../recipients/recipient-comparison.ts';
import { requireService } from '../services/show-service.ts';
import { listNotificationsOfService, type NotificationListQuery } from './notification-list-repository.ts';
import type { NotificationWithTemplate } from './notification-repository.ts';
import { expandStatusFilters, type StatusFilter } from './notification-status.ts';
import type { ReadDeps } from './show-notification.ts';

/** Rows of a page of the public API. */
export const pageSize = 250;

/** A page of a service's notifications, newest first (public API sheet §7.2). */
export async function listNotifications(
  { db, secretBox }: ReadDeps,
  query: NotificationListQuery,
): Promise<NotificationWithTemplate[]> {
  return listNotificationsOfService(db, secretBox, query);
}

export type OperatorListQuery = Omit<NotificationListQuery, 'includeJobs' | 'statuses'> & {
  readonly statuses: readonly StatusFilter[];
};

/**
 * The same for an operator: job rows too, the recipient in any spelling.
 *
 * @throws AppError NOT_FOUND for an unknown service
 */
export async function listNotificationsForOperator(
  deps: ReadDeps,
  query: OperatorListQuery,
): Promise<NotificationWithTemplate[]> {
  await requireService(deps, query.serviceId);
  return listNotifications(deps, {
    ...query,
    statuses: expandStatusFilters(query.statuses),
    to: query.to === null ? null : comparableRecipient(query.to),
    includeJobs: true,
  });
}
