import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import {
  acceptNotification,
  type AcceptedNotification,
  type AcceptInput,
} from '../../../lib/notifications/accept-notification.ts';
import { listNotifications, pageSize } from '../../../lib/notifications/list-notifications.ts';
import { toNotificationView } from '../../../lib/notifications/notification-view.ts';
import { showNotificationOfService } from '../../../lib/notifications/show-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { notFoundMessage } from '../../plugins/errors.ts';
import { registerResource } from '../../resource.ts';
import { emailRequest, smsRequest, type EmailRequest, type SmsRequest } from '../../schemas/notification-request.ts';
import { listLinks, readListQuery } from './notification-list-query.ts';

/** `/v2/notifications` (public API sheet §4 and §7). */
export function registerNotifications(server: FastifyInstance, app: App): void {
  const onRequest = authenticate(app);

  server.route<{ Body: SmsRequest }>({
    method: 'POST',
    url: '/v2/notifications/sms',
    schema: { body: smsRequest },
    onRequest,
    handler: async (request, reply) => {
      const { body } = request;
      const accepted = await accept(app, request, {
        notificationType: 'sms',
        to: body.phone_number,
        senderId: body.sms_sender_id ?? null,
        unsubscribeUrl: null,
      });
      return reply.code(201).send({
        ...commonAnswer(app, request, accepted),
        content: { body: accepted.body, from_number: accepted.replyToText },
      });
    },
  });

  server.route<{ Body: EmailRequest }>({
    method: 'POST',
    url: '/v2/notifications/email',
    schema: { body: emailRequest },
    onRequest,
    handler: async (request, reply) => {
      const { body } = request;
      const unsubscribeUrl = body.one_click_unsubscribe_url ?? null;
      const accepted = await accept(app, request, {
        notificationType: 'email',
        to: body.email_address,
        senderId: body.email_reply_to_id ?? null,
        unsubscribeUrl,
      });
      const { emailSenderLocalPart } = callerOf(request).service;
      return reply.code(201).send({
        ...commonAnswer(app, request, accepted),
        content: {
          body: accepted.body,
          subject: accepted.subject,
          from_email: `${emailSenderLocalPart}@${app.emailDomain}`,
          one_click_unsubscribe_url: unsubscribeUrl,
        },
        sanitised_content: {},
      });
    },
  });

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

type Specific = Pick<AcceptInput, 'notificationType' | 'to' | 'senderId' | 'unsubscribeUrl'>;

async function accept(
  app: App,
  request: FastifyRequest<{ Body: SmsRequest | EmailRequest }>,
  specific: Specific,
): Promise<AcceptedNotification> {
  const { service, apiKey } = callerOf(request);
  const { body } = request;
  const accepted = await acceptNotification(app, {
    ...specific,
    senderId: specific.senderId === null ? null : parseUuid(specific.senderId),
    service,
    apiKey,
    templateId: parseUuid(body.template_id)!,
    personalisation: (body.personalisation ?? {}) as JsonObject,
    clientReference: body.reference ?? null,
    createdById: null,
    requestId: request.traceId,
  });
  if (!accepted.simulated)
    app.metrics.notificationsAccepted.inc({ type: specific.notificationType, key_type: apiKey.keyType });
  return accepted;
}

function commonAnswer(
  app: App,
  request: FastifyRequest<{ Body: SmsRequest | EmailRequest }>,
  { id, template }: AcceptedNotification,
): object {
  const baseUrl = baseUrlOf(app, request);
  return {
    id,
    reference: request.body.reference ?? null,
    uri: `${baseUrl}/v2/notifications/${id}`,
    template: {
      id: template.id,
      version: template.version,
      uri: `${baseUrl}/services/${template.serviceId}/templates/${template.id}`,
    },
    scheduled_for: null,
  };
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
