import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticateInternalClient } from '../../../lib/api-keys/authenticate-internal-client.ts';
import type { App } from '../../../lib/app.ts';
import type { BroadcastAreas, BroadcastStatus } from '../../../lib/broadcasts/broadcast-message.ts';
import { toBroadcastEventView, toBroadcastView, toPublicAlertView } from '../../../lib/broadcasts/broadcast-view.ts';
import { createBroadcast, type BroadcastSource } from '../../../lib/broadcasts/create-broadcast.ts';
import { moveBroadcast } from '../../../lib/broadcasts/move-broadcast.ts';
import { readAreasObject } from '../../../lib/broadcasts/read-areas.ts';
import { setBroadcastService } from '../../../lib/broadcasts/set-broadcast-service.ts';
import {
  listAlertsForPublic,
  listBroadcasts,
  showBroadcast,
  showBroadcastProgress,
} from '../../../lib/broadcasts/show-broadcast.ts';
import { updateBroadcast } from '../../../lib/broadcasts/update-broadcast.ts';
import type { BroadcastSettings } from '../../../lib/broadcasts/broadcast-settings.ts';
import { given } from '../../../lib/core/given.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { toServiceView } from '../../../lib/services/service-view.ts';
import { registerResource } from '../../resource.ts';
import {
  broadcastChanges,
  broadcastMove,
  broadcastService,
  readBroadcastBody,
  readNewBroadcast,
  timeIn,
} from '../../schemas/broadcast-request.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, serviceIdOf } from './requests.ts';

/** Broadcasts of a service (broadcasts sheet §11). */
export function registerInternalBroadcasts(routes: InternalRoutes, app: App): void {
  const path = '/service/:service_id/broadcast-message';
  routes(path, {
    GET: (request) => list(app, request),
    POST: (request, reply) => create(app, request, reply),
  });
  routes(`${path}/:broadcast_message_id`, {
    GET: async (request) => toBroadcastView(await showBroadcast(app, messageIn(request))),
    POST: (request) => update(app, request),
  });
  routes(`${path}/:broadcast_message_id/status`, { POST: (request) => move(app, request) });
  routes(`${path}/:broadcast_message_id/provider-messages`, { GET: (request) => listProgress(app, request) });
  routes('/service/:service_id/set-as-broadcast-service', { POST: (request) => setService(app, request) });
}

/** `GET /govuk-alerts`: what the publisher of the public's list asks for, with a client id of its own. */
export function registerPublicAlerts(server: FastifyInstance, app: App): void {
  registerResource(server, '/govuk-alerts', {
    onRequest: async (request) => authenticateInternalClient(app, request.headers.authorization, 'govuk-alerts'),
    GET: {
      schema: { hide: true, tags: ['internal'] },
      handler: async () => ({ alerts: (await listAlertsForPublic(app)).map(toPublicAlertView) }),
    },
  });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const messages = await listBroadcasts(app, { serviceId: serviceIdOf(request) });
  return { broadcast_messages: messages.map(toBroadcastView) };
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = readNewBroadcast(request.body);
  const message = await createBroadcast(app, {
    serviceId: serviceIdOf(request),
    createdById: parseUuid(body['created_by'])!,
    source: sourceOf(body),
    startsAt: timeIn(body, 'starts_at') ?? null,
    finishesAt: timeIn(body, 'finishes_at') ?? null,
    ...given({ areas: areasOf(body) }),
  });
  return reply.code(201).send(toBroadcastView(message));
}

function sourceOf(body: JsonObject): BroadcastSource {
  const templateId = parseUuid(body['template_id']);
  if (templateId === null) return { content: body['content'] as string, reference: body['reference'] as string };
  return { templateId, personalisation: (body['personalisation'] ?? {}) as JsonObject };
}

async function update(app: App, request: FastifyRequest): Promise<object> {
  const body = readBroadcastBody(broadcastChanges, request.body);
  const message = await updateBroadcast(app, {
    ...messageIn(request),
    ...given({
      personalisation: body['personalisation'] as JsonObject | undefined,
      startsAt: timeIn(body, 'starts_at'),
      finishesAt: timeIn(body, 'finishes_at'),
      areas: areasOf(body),
    }),
  });
  return toBroadcastView(message);
}

async function move(app: App, request: FastifyRequest): Promise<object> {
  const body = readBroadcastBody(broadcastMove, request.body);
  const { message } = await moveBroadcast(app, {
    ...messageIn(request),
    status: body['status'] as BroadcastStatus,
    userId: parseUuid(body['created_by'])!,
  });
  return toBroadcastView(message);
}

async function listProgress(app: App, request: FastifyRequest): Promise<object> {
  const place = messageIn(request);
  await showBroadcast(app, place);
  return { events: (await showBroadcastProgress(app, place)).map(toBroadcastEventView) };
}

async function setService(app: App, request: FastifyRequest): Promise<object> {
  const body = readBroadcastBody(broadcastService, request.body);
  const service = await setBroadcastService(app, {
    serviceId: serviceIdOf(request),
    channel: body['broadcast_channel'] as BroadcastSettings['channel'],
    provider: body['provider_restriction'] as BroadcastSettings['provider'],
    mode: body['service_mode'] as 'training' | 'live',
  });
  return { data: toServiceView(service) };
}

function areasOf(body: JsonObject): BroadcastAreas | undefined {
  return body['areas'] === undefined ? undefined : readAreasObject(body['areas'] as JsonObject);
}

function messageIn(request: FastifyRequest): { serviceId: string; id: string } {
  return { serviceId: serviceIdOf(request), id: idIn(request, 'broadcast_message_id') };
}
