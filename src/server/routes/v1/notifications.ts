import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { pageNotifications } from '../../../lib/notifications/page-notifications.ts';
import { showNotificationOfService } from '../../../lib/notifications/show-notification.ts';
import { toV1NotificationView } from '../../../lib/notifications/v1-notification-view.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { notFoundMessage } from '../../plugins/errors.ts';
import { registerResource } from '../../resource.ts';
import { uuid } from '../../schemas/notification-response.ts';
import { v1ListQuery, v1NotificationAnswer, v1NotificationListAnswer } from '../../schemas/v1-notification.ts';
import type { Query } from '../v2/parameters.ts';
import { readV1ListQuery, v1ListLinks } from './notification-list-query.ts';

const listSchema: FastifySchema = {
  tags: ['v1'],
  operationId: 'v1ListNotifications',
  summary: 'Notifications by numbered pages, the newest first',
  description: 'Only those that were sent with a key of the same type as the one that asks.',
  deprecated: true,
  querystring: v1ListQuery,
  response: { 200: v1NotificationListAnswer },
  errors: ['VALIDATION_FAILED', 'ROUTE_UNKNOWN'],
};

const showSchema: FastifySchema = {
  tags: ['v1'],
  operationId: 'v1GetNotification',
  summary: 'One notification',
  deprecated: true,
  params: Type.Object({ id: uuid() }),
  response: { 200: v1NotificationAnswer },
  errors: ['NOT_FOUND'],
};

/** `/notifications` but for the sending (public API sheet §15). */
export function registerV1Notifications(server: FastifyInstance, app: App): void {
  const onRequest = authenticate(app);

  registerResource(server, '/notifications', {
    onRequest,
    GET: { schema: listSchema, handler: (request) => list(app, request) },
  });

  registerResource(server, '/notifications/:id', {
    onRequest: async function (request, reply) {
      refuseOtherPaths(request);
      await onRequest.call(this, request, reply);
    },
    GET: { schema: showSchema, handler: (request) => show(app, request) },
    // Reached by every type that cannot be sent.
    POST: { schema: { hide: true }, handler: async ({ params }) => refuseType((params as Params).id) },
  });
}

interface Params {
  readonly id: string;
}

/** To the router of version 1 only a UUID in its plain form is a notification, before any token is looked at. */
function refuseOtherPaths({ method, params }: FastifyRequest): void {
  const { id } = params as Params;
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && parseUuid(id) !== id.toLowerCase()) throw new AppError('ROUTE_UNKNOWN', notFoundMessage);
}

function refuseType(type: string): never {
  const advice = type === 'letter' ? ', please use the latest version of the client' : '';
  throw new AppError('REQUEST_INVALID', `${type} notification type is not supported${advice}`);
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const notification = await showNotificationOfService(app, {
    serviceId: callerOf(request).service.id,
    notificationId: (request.params as Params).id,
  });
  return { data: { notification: toV1NotificationView(notification) } };
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { service, apiKey } = callerOf(request);
  const given = request.query as Query;
  const query = readV1ListQuery(given);
  const result = await pageNotifications(app, { ...query, serviceId: service.id, keyType: apiKey.keyType });
  if (result === null) throw new AppError('ROUTE_UNKNOWN', notFoundMessage);
  const { page, pageSize } = query;
  return {
    notifications: result.notifications.map(toV1NotificationView),
    page_size: pageSize,
    total: result.total,
    links: v1ListLinks(given, { page, pageCount: Math.ceil(result.total / pageSize) }),
  };
}
