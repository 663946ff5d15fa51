import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { listNotifications, pageSize } from '../../../lib/notifications/list-notifications.ts';
import { toNotificationView, type ViewContext } from '../../../lib/notifications/notification-view.ts';
import { showNotificationOfService } from '../../../lib/notifications/show-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { notFoundMessage } from '../../plugins/errors.ts';
import { registerResource } from '../../resource.ts';
import { notificationAnswer, notificationListAnswer, uuid } from '../../schemas/notification-response.ts';
import { listLinks, listQuery, readListQuery } from './notification-list-query.ts';
import { requireUuid } from './parameters.ts';

const listSchema: FastifySchema = {
  tags: ['Notifications'],
  operationId: 'listNotifications',
  summary: 'Notifications of the last days, the newest first',
  description: 'Only those that were sent with a key of the same type as the one that asks.',
  querystring: listQuery,
  response: { 200: notificationListAnswer },
  errors: ['VALIDATION_FAILED'],
};

const showSchema: FastifySchema = {
  tags: ['Notifications'],
  operationId: 'getNotification',
  summary: 'One notification',
  params: Type.Object({ id: uuid() }),
  response: { 200: notificationAnswer },
  errors: ['VALIDATION_FAILED', 'NOT_FOUND'],
};

/** `/v2/notifications` but for the sending (public API sheet §7). */
export function registerNotifications(server: FastifyInstance, app: App): void {
  const onRequest = authenticate(app);

  registerResource(server, '/v2/notifications', {
    onRequest,
    GET: { schema: listSchema, handler: (request) => list(app, request) },
  });

  registerResource(server, '/v2/notifications/:id', {
    onRequest,
    GET: { schema: showSchema, handler: (request) => show(app, request) },
    // An unknown type of message is authenticated first, then not found.
    POST: {
      schema: { hide: true },
      handler: async () => {
        throw new AppError('ROUTE_UNKNOWN', notFoundMessage);
      },
    },
  });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const notificationId = requireUuid((request.params as { id: string }).id, 'notification_id');
  const { service } = callerOf(request);
  const notification = await showNotificationOfService(app, { serviceId: service.id, notificationId });
  return toNotificationView(app, notification, await contextOf(app, request));
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
  const context = await contextOf(app, request);
  return {
    notifications: page.map((notification) => toNotificationView(app, notification, context)),
    links: listLinks(
      `${context.baseUrl}/v2/notifications`,
      request.query as Record<string, string | string[]>,
      page.at(-1)?.id ?? null,
    ),
  };
}

async function contextOf(app: App, request: FastifyRequest): Promise<ViewContext> {
  const { crown } = callerOf(request).service;
  return { baseUrl: baseUrlOf(app, request), prices: await app.prices.read(), crown };
}
