import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { recordEvent } from '../../../lib/events/record-event.ts';
import { assertV1Rules, optionalObject, requiredText } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf } from './requests.ts';

/** What people did, for the record (admin API sheet §4.13). */
export function registerEvents(routes: InternalRoutes, app: App): void {
  routes('/events', { POST: (request, reply) => create(app, request, reply) });
}

const rules = {
  event_type: requiredText((text) => (text.length > 255 ? 'Longer than maximum length 255.' : null)),
  data: (value: Parameters<typeof optionalObject>[0]) =>
    value === undefined ? ['Missing data for required field.'] : optionalObject(value),
};

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = bodyOf(request);
  assertV1Rules(rules, body);
  const event = await recordEvent(app, {
    eventType: body['event_type'] as string,
    data: body['data'] as JsonObject,
  });
  const { id, eventType, data, createdAt } = event;
  return reply.code(201).send({ data: { id, event_type: eventType, data, created_at: toApiDateTime(createdAt) } });
}
