import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { uncached } from '../../../lib/cache/service-cache.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { sendLetterByUser } from '../../../lib/letters/send-letter-by-user.ts';
import { sendMessageByUser } from '../../../lib/notifications/send-by-user.ts';
import { assertNotArchived, requireService } from '../../../lib/services/show-service.ts';
import { findTemplateOfService } from '../../../lib/templates/show-template.ts';
import { baseUrlOf } from '../../base-url.ts';
import { optional, requiredUuid } from '../../schemas/internal-rules.ts';
import { assertV1Rules, optionalObject, requiredText } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, nothingFound, serviceIdOf } from './requests.ts';

/** One message that a user sends by hand (admin API sheet §4.10). */
export function registerSendNotification(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/send-notification', { POST: (request, reply) => send(app, request, reply) });
}

const rules = {
  template_id: requiredUuid,
  created_by: requiredUuid,
  personalisation: optionalObject,
  sender_id: optional(requiredUuid, { nullable: true }),
};

async function send(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const service = await requireService({ db: app.db }, serviceIdOf(request));
  const body = bodyOf(request);
  if (body['personalisation'] === null) delete body['personalisation'];
  assertV1Rules(rules, body);
  assertNotArchived(service);
  const templateId = parseUuid(body['template_id'])!;
  const template = await findTemplateOfService({ db: app.db, cache: uncached }, service.id, templateId);
  if (template === null) throw nothingFound();
  const input = {
    service,
    template,
    personalisation: (body['personalisation'] ?? {}) as JsonObject,
    createdById: parseUuid(body['created_by'])!,
    requestId: request.traceId,
  };
  if (template.templateType === 'letter') return answer(app, reply, 'letter', await sendLetterByUser(app, input));
  assertV1Rules({ to: requiredText() }, body);
  const to = body['to'] as string;
  const message = { ...input, to, senderId: parseUuid(body['sender_id']), baseUrl: baseUrlOf(app, request) };
  return answer(app, reply, template.templateType, await sendMessageByUser(app, message));
}

function answer(
  app: App,
  reply: FastifyReply,
  type: 'sms' | 'email' | 'letter',
  { id }: { readonly id: string },
): FastifyReply {
  app.metrics.notificationsAccepted.inc({ type, key_type: 'normal' });
  return reply.code(201).send({ id });
}
