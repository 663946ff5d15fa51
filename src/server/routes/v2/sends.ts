import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject, JsonValue } from '../../../lib/core/json.ts';
import {
  acceptNotification,
  type AcceptedNotification,
  type AcceptInput,
} from '../../../lib/notifications/accept-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { callerOf } from '../../plugins/authenticate.ts';
import { sendHooks } from '../../plugins/send-hooks.ts';
import { emailRequest, smsRequest, type EmailRequest, type SmsRequest } from '../../schemas/notification-request.ts';
import { emailAnswer, smsAnswer } from '../../schemas/notification-response.ts';
import { sendOperation } from '../../schemas/send-operations.ts';
import { commonAnswer, keptAnswer } from './send-answer.ts';

const smsOperation = sendOperation({
  operationId: 'sendSms',
  summary: 'Send a text message',
  body: smsRequest,
  answer: smsAnswer,
  errors: ['RECIPIENT_INVALID'],
});
const emailOperation = sendOperation({
  operationId: 'sendEmail',
  summary: 'Send an email',
  body: emailRequest,
  answer: emailAnswer,
});

/** `POST /v2/notifications/{sms|email}` (public API sheet §4). */
export function registerSends(server: FastifyInstance, app: App): void {
  server.route<{ Body: SmsRequest }>({
    method: 'POST',
    url: '/v2/notifications/sms',
    schema: smsOperation,
    ...sendHooks(app, 'sms'),
    handler: async (request, reply) => {
      const { body } = request;
      const specific: Specific = {
        notificationType: 'sms',
        to: body.phone_number,
        senderId: body.sms_sender_id ?? null,
        unsubscribeUrl: null,
        sanitiseContentFor: null,
      };
      return accept(app, request, reply, specific, (accepted) => ({
        content: { body: accepted.body, from_number: accepted.replyToText },
      }));
    },
  });

  server.route<{ Body: EmailRequest }>({
    method: 'POST',
    url: '/v2/notifications/email',
    schema: emailOperation,
    ...sendHooks(app, 'email'),
    handler: async (request, reply) => {
      const { body } = request;
      const unsubscribeUrl = body.one_click_unsubscribe_url ?? null;
      const { emailSenderLocalPart } = callerOf(request).service;
      const specific: Specific = {
        notificationType: 'email',
        to: body.email_address,
        senderId: body.email_reply_to_id ?? null,
        unsubscribeUrl,
        sanitiseContentFor: (body.sanitise_content_for ?? null) as JsonValue[] | null,
      };
      return accept(app, request, reply, specific, (accepted) => ({
        content: {
          body: accepted.body,
          subject: accepted.subject,
          from_email: `${emailSenderLocalPart}@${app.emailDomain}`,
          one_click_unsubscribe_url: unsubscribeUrl,
        },
        sanitised_content: accepted.sanitisedContent,
      }));
    },
  });
}

type SendRequest = FastifyRequest<{ Body: SmsRequest | EmailRequest }>;
type Specific = Pick<AcceptInput, 'notificationType' | 'to' | 'senderId' | 'unsubscribeUrl' | 'sanitiseContentFor'>;

async function accept(
  app: App,
  request: SendRequest,
  reply: FastifyReply,
  specific: Specific,
  specificAnswer: (accepted: AcceptedNotification) => object,
): Promise<FastifyReply> {
  const { service, apiKey } = callerOf(request);
  const { body } = request;
  const answerTo = (accepted: AcceptedNotification): string =>
    JSON.stringify({
      ...commonAnswer(app, request, { ...accepted, reference: body.reference }),
      ...specificAnswer(accepted),
    });
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
    baseUrl: baseUrlOf(app, request),
    idempotentAnswer: keptAnswer(request, answerTo),
  });
  if (!accepted.simulated)
    app.metrics.notificationsAccepted.inc({ type: specific.notificationType, key_type: apiKey.keyType });
  return reply.code(201).type('application/json; charset=utf-8').send(answerTo(accepted));
}
