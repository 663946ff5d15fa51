import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { listNotifications, pageSize } from '../../../lib/notifications/list-notifications.ts';
import { toNotificationView } from '../../../lib/notifications/notification-view.ts';
import { showNotificationOfService } from '../../../lib/notifications/show-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { notFoundMessage } from '../../plugins/errors.ts';
import { registerResource } from '../../resource.ts';
import { listLinks, readListQuery } from './notification-list-query.ts';

/** `/v2/notifications` but for the sending (public API sheet §7). */
export function registerNotifications(server: FastifyInstance, app: App): void {
  const onRequest = authenticate(app);

  registerResource(server, '/v2/notifications', {
    onRequest,
    GET: { handler: (request) => list(app, request) },
  });

  registerResource(server, '/v2/notifications/:id', {
    onRequest,
    GET: { handler: (request) => show(app, request) },
    // An unknown type of message is authenticated first, then not found.
    POST: {
      handler: async () => {
        throw new AppError('ROUTE_UNKNOWN', notFoundMessage);
      },
    },
  });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const notificationId = parseUuid((request.params as { id: string }).id);
  if (notificationId === null) {
    const message = 'notification_id is not a valid UUID';
    throw new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
  }
  const { service } = callerOf(request);
  const notification = await showNotificationOfService(app, { serviceId: service.id, notificationId });
  return toNotificationView(notification, baseUrlOf(app, request));
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { service, apiKey } = callerOf(request);
  const query = readListQuery(request.query as Record<string, string | string[]>);
  const page = await listNotifications(app, {
    ...query,
    serviceId: service.id,
    keyType: apiKey.keyType,
    to: null,
    limit: pageSize,
  });
  const baseUrl = baseUrlOf(app, request);
  return {
    notifications: page.map((notification) => toNotificationView(notification, baseUrl)),
    links: listLinks(
      `${baseUrl}/v2/notifications`,
      request.query as Record<string, string | string[]>,
      page.at(-1)?.id ?? null,
    ),
  };
}
