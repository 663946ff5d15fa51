import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import type { App } from '../../../lib/app.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import {
  acceptV1Notification,
  type V1AcceptedNotification,
} from '../../../lib/notifications/accept-v1-notification.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { v1EmailAnswer, v1EmailRequest, v1SmsAnswer, v1SmsRequest } from '../../schemas/v1-notification.ts';
import { readV1SendRequest, type V1SendType } from '../../schemas/v1-send-request.ts';

const operations: Readonly<Record<V1SendType, FastifySchema>> = {
  sms: sendOperation('v1SendSms', 'Send a text message', v1SmsRequest, v1SmsAnswer),
  email: sendOperation('v1SendEmail', 'Send an email', v1EmailRequest, v1EmailAnswer),
};

/** `POST /notifications/{sms|email}` (public API sheet §15). */
export function registerV1Sends(server: FastifyInstance, app: App): void {
  for (const type of ['sms', 'email'] as const) {
    server.route({
      method: 'POST',
      url: `/notifications/${type}`,
      schema: operations[type],
      // Version 1 has rules and words of its own for its fields.
      validatorCompiler: () => () => true,
      onRequest: authenticate(app),
      handler: async (request, reply) => reply.code(201).send(await send(app, request, type)),
    });
  }
}

async function send(app: App, request: FastifyRequest, notificationType: V1SendType): Promise<object> {
  const { service, apiKey } = callerOf(request);
  const { to, template, personalisation } = readV1SendRequest(notificationType, request.body);
  const accepted = await acceptV1Notification(app, {
    service,
    apiKey,
    notificationType,
    to,
    templateId: template,
    personalisation,
    requestId: request.traceId,
    baseUrl: baseUrlOf(app, request),
  });
  if (!accepted.simulated) app.metrics.notificationsAccepted.inc({ type: notificationType, key_type: apiKey.keyType });
  return { data: answer(accepted) };
}

function answer({ id, template, body, subject }: V1AcceptedNotification): JsonObject {
  const common = { template_version: template.version, notification: { id }, body };
  return subject === null ? common : { ...common, subject };
}

function sendOperation(operationId: string, summary: string, body: TSchema, accepted: TSchema): FastifySchema {
  return {
    tags: ['v1'],
    operationId,
    summary,
    deprecated: true,
    body,
    response: { 201: accepted },
    errors: ['REQUEST_INVALID', 'RECIPIENT_INVALID', 'NOT_FOUND', 'TOO_MANY_REQUESTS', 'LIMIT_EXCEEDED'],
  };
}
