import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../lib/app.ts';
import { isAppError } from '../../lib/core/errors.ts';
import { parseUuid } from '../../lib/core/ids.ts';
import { unsubscribeRecipient } from '../../lib/notifications/unsubscribe-recipient.ts';
import { sendNotFound } from '../plugins/errors.ts';
import { registerResource } from '../resource.ts';
import { uuid } from '../schemas/notification-response.ts';

const schema: FastifySchema = {
  tags: ['Notifications'],
  operationId: 'unsubscribe',
  summary: 'Unsubscribe the recipient of an email',
  description: 'Mail programs post to it; the link is in the headers of the email.',
  params: Type.Object({ notification_id: uuid(), token: Type.String() }),
  response: {
    200: Type.Object(
      { result: Type.Literal('success'), message: Type.Literal('Unsubscribe successful') },
      { description: 'The service will be told; also when it was asked before.' },
    ),
  },
  errors: ['NOT_FOUND'],
};

/** `POST /unsubscribe/{notification id}/{token}` (public API sheet §10). */
export function registerUnsubscribe(server: FastifyInstance, app: App): void {
  registerResource(server, '/unsubscribe/:notification_id/:token', {
    POST: { schema, handler: (request, reply) => unsubscribe(app, request, reply) },
  });
}

async function unsubscribe(app: App, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const { notification_id: text, token } = request.params as { notification_id: string; token: string };
  const notificationId = parseUuid(text);
  if (notificationId === null) return sendNotFound(reply);
  try {
    await unsubscribeRecipient(app, { notificationId, token });
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    return reply.code(404).send({ result: 'error', message: { 'unsubscribe request': error.message } });
  }
  return { result: 'success', message: 'Unsubscribe successful' };
}
