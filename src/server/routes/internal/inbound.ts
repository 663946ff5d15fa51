import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { allocateInboundNumber } from '../../../lib/inbound/allocate-inbound-number.ts';
import { listKeptTexts, pageLastTexts, summariseReceivedTexts } from '../../../lib/inbound/browse-received-texts.ts';
import type { InboundNumberDetails } from '../../../lib/inbound/inbound-number.ts';
import {
  listAvailableInboundNumbers,
  listInboundNumbers,
  showInboundNumberOfService,
} from '../../../lib/inbound/list-inbound-numbers.ts';
import { toReceivedTextView } from '../../../lib/inbound/received-text-view.ts';
import { findReceivedText } from '../../../lib/inbound/show-received-text.ts';
import { switchOffInboundNumber } from '../../../lib/inbound/switch-off-inbound-number.ts';
import { optional, requiredUuid } from '../../schemas/internal-rules.ts';
import { assertV1Rules, requiredText } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, idIn, nothingFound, pageParameter, pageSize, queryOf, serviceIdOf } from './requests.ts';
import { toSmsSenderView } from './senders.ts';

/** Numbers that texts can be sent to, and the texts (admin API sheet §4.12). */
export function registerInbound(routes: InternalRoutes, app: App): void {
  routes('/inbound-number', { GET: async () => ({ data: (await listInboundNumbers(app)).map(toNumberView) }) });
  routes('/inbound-number/available', {
    GET: async () => ({ data: (await listAvailableInboundNumbers(app)).map(toNumberView) }),
  });
  routes('/inbound-number/service/:service_id', {
    GET: (request) => showNumber(app, request),
    POST: (request, reply) => allocate(app, request, reply),
  });
  routes('/inbound-number/service/:service_id/off', { POST: (request, reply) => switchOff(app, request, reply) });

  const path = '/service/:service_id/inbound-sms';
  routes(path, { POST: (request) => listTexts(app, request) });
  routes(`${path}/most-recent`, { GET: (request) => listLastTexts(app, request) });
  routes(`${path}/summary`, { GET: (request) => summarise(app, request) });
  routes(`${path}/:inbound_sms_id`, { GET: (request) => showText(app, request) });
}

async function showNumber(app: App, request: FastifyRequest): Promise<object> {
  const number = await showInboundNumberOfService(app, { serviceId: serviceIdOf(request) });
  return { data: number === null ? {} : toNumberView(number) };
}

async function allocate(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const serviceId = serviceIdOf(request);
  const body = bodyOf(request);
  assertV1Rules({ inbound_number_id: optional(requiredUuid, { nullable: true }) }, body);
  const inboundNumberId = parseUuid(body['inbound_number_id']);
  const sender = await allocateInboundNumber(app, { serviceId, inboundNumberId });
  return reply.code(201).send(toSmsSenderView(sender));
}

async function switchOff(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await switchOffInboundNumber(app, { serviceId: serviceIdOf(request) });
  return reply.code(204).send();
}

async function listTexts(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const body = bodyOf(request);
  assertV1Rules({ phone_number: optional(requiredText(), { nullable: true }) }, body);
  const sender = (body['phone_number'] ?? null) as string | null;
  return { data: (await listKeptTexts(app, { serviceId, sender })).map(toReceivedTextView) };
}

async function listLastTexts(app: App, request: FastifyRequest): Promise<object> {
  const page = pageParameter(queryOf(request));
  const { texts, hasNext } = await pageLastTexts(app, { serviceId: serviceIdOf(request), page, pageSize });
  return { data: texts.map(toReceivedTextView), has_next: hasNext };
}

async function summarise(app: App, request: FastifyRequest): Promise<object> {
  const { count, mostRecent } = await summariseReceivedTexts(app, { serviceId: serviceIdOf(request) });
  // The one time without its zone.
  return { count, most_recent: mostRecent === null ? null : toApiDateTime(mostRecent).slice(0, -1) };
}

async function showText(app: App, request: FastifyRequest): Promise<object> {
  const text = await findReceivedText(app, { serviceId: serviceIdOf(request), id: idIn(request, 'inbound_sms_id') });
  if (text === null) throw nothingFound();
  return toReceivedTextView(text);
}

function toNumberView(number: InboundNumberDetails): object {
  return {
    id: number.id,
    number: number.number,
    provider: number.provider,
    service: number.serviceId === null ? null : { id: number.serviceId, name: number.serviceName },
    active: number.active,
    created_at: toApiDateTime(number.createdAt),
    updated_at: toApiDateTimeOrNull(number.updatedAt),
  };
}
