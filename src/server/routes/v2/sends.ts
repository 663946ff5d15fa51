import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject, JsonValue } from '../../../lib/core/json.ts';
import {
  acceptNotification,
  type AcceptedNotification,
  type AcceptInput,
} from '../../../lib/notifications/accept-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { emailRequest, smsRequest, type EmailRequest, type SmsRequest } from '../../schemas/notification-request.ts';

/** `POST /v2/notifications/{sms|email}` (public API sheet §4). */
export function registerSends(server: FastifyInstance, app: App): void {
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
        sanitiseContentFor: null,
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
        sanitiseContentFor: (body.sanitise_content_for ?? null) as JsonValue[] | null,
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
        sanitised_content: accepted.sanitisedContent,
      });
    },
  });
}

type Specific = Pick<AcceptInput, 'notificationType' | 'to' | 'senderId' | 'unsubscribeUrl' | 'sanitiseContentFor'>;

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
