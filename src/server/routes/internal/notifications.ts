import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject, JsonValue } from '../../../lib/core/json.ts';
import { cancelLetter, noSuchLetter } from '../../../lib/notifications/cancel-letter.ts';
import {
  listServiceNotifications,
  showServiceNotification,
} from '../../../lib/notifications/list-service-notifications.ts';
import { toNotificationDetailsView } from '../../../lib/notifications/notification-details-view.ts';
import { toNotificationReportView } from '../../../lib/notifications/notification-report-view.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { readTruth } from '../../schemas/v1-rules.ts';
import type { Query } from '../v2/parameters.ts';
import { readNotificationFilters } from './notification-filters.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, idIn, integerParameter, nothingFound, parameter, queryOf, serviceIdOf, storable } from './requests.ts';

/** Notifications of a service (admin API sheet §4.10). */
export function registerNotifications(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/notifications', {
    GET: (request) => list(app, request, queryOf(request)),
    // Recipients that are searched for had better not stand in logs of paths.
    POST: (request) => list(app, request, storable(toQuery(bodyOf(request)))),
  });
  routes('/service/:service_id/notifications/:notification_id', { GET: (request) => show(app, request) });
  routes('/service/:service_id/notifications/:notification_id/cancel', { POST: (request) => cancel(app, request) });
}

async function list(app: App, request: FastifyRequest, query: Query): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const filters = readNotificationFilters(query);
  const to = parameter(query, 'to') ?? '';
  const olderThan = parameter(query, 'older_than') ?? '';
  const olderThanId = parseUuid(olderThan);
  if (olderThan !== '' && olderThanId === null) throw nothingFound();
  const { notifications, hasNext } = await listServiceNotifications(app, {
    ...filters,
    serviceId,
    limitDays: integerParameter(query, 'limit_days'),
    olderThan: olderThanId,
    includeJobs: flag(query, 'include_jobs', true),
    includeFromTestKey: flag(query, 'include_from_test_key', false),
    includeOneOff: flag(query, 'include_one_off', true),
    to: to.trim() === '' ? null : to,
  });
  const view = flag(query, 'format_for_csv', false) ? toNotificationReportView : toNotificationDetailsView;
  const rows = notifications.map((notification) => view(notification));
  if (to.trim() !== '') return { notifications: rows, links: {} };
  const links = flag(query, 'count_pages', true) ? linksOf(filters.page, hasNext) : {};
  return { notifications: rows, page_size: filters.pageSize, links };
}

/** Whether there are pages around this one. */
function linksOf(page: number, hasNext: boolean): object {
  return { ...(page > 1 && { prev: true }), ...(hasNext && { next: true }) };
}

function flag(query: Query, name: string, usual: boolean): boolean {
  return readTruth(parameter(query, name) ?? '') ?? usual;
}

/** A body as if its members were parameters. */
function toQuery(body: JsonObject): Query {
  const toText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const given = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? value.map(toText) : toText(value)]),
  );
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const notificationId = idIn(request, 'notification_id');
  return toNotificationDetailsView(
    await showServiceNotification(app, { serviceId: serviceIdOf(request), notificationId }),
  );
}

/** Cancels a letter, and answers with it (letters sheet §4). */
async function cancel(app: App, request: FastifyRequest): Promise<object> {
  const notificationId = parseUuid((request.params as Record<string, string>)['notification_id']);
  if (notificationId === null) throw noSuchLetter();
  await cancelLetter(app, { serviceId: serviceIdOf(request), notificationId });
  return show(app, request);
}
