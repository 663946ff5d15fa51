import type { FastifyReply, FastifyRequest } from 'fastify';
import { showApiKeyHistory } from '../../../lib/api-keys/show-api-key-history.ts';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { OrganisationType } from '../../../lib/organisations/organisation.ts';
import { serviceBelongings } from '../../../lib/service-belongings.ts';
import { archiveService } from '../../../lib/services/archive-service.ts';
import { createServiceOfUser } from '../../../lib/services/create-service-of-user.ts';
import { showServiceHistory } from '../../../lib/services/show-service-history.ts';
import { showServiceRecord, showServiceRecords } from '../../../lib/services/show-service-record.ts';
import { updateServiceDetails } from '../../../lib/services/update-service-details.ts';
import { updateService } from '../../../lib/services/update-service.ts';
import { requireUser } from '../../../lib/users/show-user.ts';
import { listDetailedServices, statisticsOfService } from './detailed-services.ts';
import { withFields, type Refusal } from './refusals.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, isTrue, nothingFound, parameter, queryOf, serviceIdOf } from './requests.ts';
import { toServiceRecordView as toView } from './service-record-view.ts';
import { assertNewService, assertServiceChanges, readDetails, readSettings, userIdIn } from './service-fields.ts';

/** Services (admin API sheet §4.1). */
export function registerServices(routes: InternalRoutes, app: App): void {
  routes('/service', {
    GET: (request) => list(app, request),
    POST: (request, reply) => create(app, request, reply),
  });
  routes('/service/:service_id', {
    GET: (request) => show(app, request),
    POST: (request) => update(app, request),
  });
  routes('/service/:service_id/archive', { POST: (request, reply) => archive(app, request, reply) });
  routes('/service/:service_id/history', { GET: (request) => showHistory(app, request) });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const query = queryOf(request);
  if (isTrue(query, 'detailed')) return { data: await listDetailedServices(app, request) };
  const user = parameter(query, 'user_id');
  const userId = user === undefined ? null : parseUuid(user);
  if (user !== undefined && userId === null) throw nothingFound();
  const records = await showServiceRecords(app, { onlyActive: isTrue(query, 'only_active'), userId });
  return { data: records.map(toView) };
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const data = toView(await showServiceRecord(app, { serviceId }));
  if (!isTrue(queryOf(request), 'detailed')) return { data };
  return { data: { ...data, statistics: await statisticsOfService(app, request) } };
}

const refusals: readonly Refusal[] = [
  { code: 'USAGE_INVALID', field: 'name', as: 'VALIDATION_FAILED' },
  { code: 'VALIDATION_FAILED', field: 'permissions' },
];

/** A taken name is told in the spelling that was given. */
function refusalsOf(body: JsonObject): readonly Refusal[] {
  const message = `Duplicate service name '${body['name'] as string}'`;
  return [...refusals, { code: 'CONFLICT', field: 'name', message, as: 'REQUEST_INVALID' }];
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const limit = bodyOf(request)['message_limit'];
  const limits = ['email', 'sms', 'letter'].map((type) => [`${type}_message_limit`, limit]);
  const body = { ...(limit !== undefined && Object.fromEntries(limits)), ...bodyOf(request) } as JsonObject;
  assertNewService(body);
  const { id: userId } = await requireUser(app, userIdIn(body, 'user_id'));
  const { id: createdById } = await requireUser(app, userIdIn(body, 'created_by'));
  const { name, live, contactLink, prefixSms, permissions: _, emailSenderName: __, ...settings } = readSettings(body);
  // Whoever belongs to an organisation has its type, whatever is said here.
  const { organisation_type: organisationType = null, ...details } = readDetails(body);
  const service = await withFields(refusalsOf(body), () =>
    createServiceOfUser(app, {
      ...settings,
      organisationType: organisationType as OrganisationType | null,
      name: name!,
      live: live!,
      contactLink: contactLink ?? null,
      prefixSms: prefixSms ?? false,
      createdById,
      userId,
    }),
  );
  await updateServiceDetails(app, { serviceId: service.id, details });
  return reply.code(201).send({ data: toView(await showServiceRecord(app, { serviceId: service.id })) });
}

async function update(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const body = bodyOf(request);
  assertServiceChanges(body);
  await withFields(refusalsOf(body), () => updateService(app, { serviceId, ...readSettings(body) }));
  await updateServiceDetails(app, { serviceId, details: readDetails(body) });
  return { data: toView(await showServiceRecord(app, { serviceId })) };
}

async function archive(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await archiveService(app, { serviceId: serviceIdOf(request), belongings: serviceBelongings });
  return reply.code(204).send();
}

async function showHistory(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const services = await showServiceHistory(app, { serviceId });
  const keys = await showApiKeyHistory(app, { serviceId });
  return {
    data: {
      service_history: services.map((service) => ({
        id: service.id,
        name: service.name,
        created_at: toApiDateTime(service.createdAt),
        updated_at: toApiDateTimeOrNull(service.updatedAt),
        active: service.active,
        email_message_limit: service.emailMessageLimit,
        sms_message_limit: service.smsMessageLimit,
        letter_message_limit: service.letterMessageLimit,
        international_sms_message_limit: service.internationalSmsMessageLimit,
        restricted: service.restricted,
        custom_email_sender_name: service.customEmailSenderName,
        email_sender_local_part: service.emailSenderLocalPart,
        created_by_id: service.createdById,
        version: service.version,
      })),
      api_key_history: keys.map((key) => ({
        id: key.id,
        name: key.name,
        service_id: key.serviceId,
        expiry_date: toApiDateTimeOrNull(key.expiryDate),
        created_at: toApiDateTime(key.createdAt),
        updated_at: toApiDateTimeOrNull(key.updatedAt),
        created_by_id: key.createdById,
      })),
    },
  };
}
