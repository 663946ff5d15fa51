import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError, isAppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { archiveOrganisation } from '../../../lib/organisations/archive-organisation.ts';
import { createOrganisation } from '../../../lib/organisations/create-organisation.ts';
import { linkService } from '../../../lib/organisations/link-service.ts';
import { addOrganisationUser, removeOrganisationUser } from '../../../lib/organisations/organisation-users.ts';
import {
  findOrganisationOfAddress,
  showOrganisation,
  showOrganisations,
  showServicesOfOrganisation,
} from '../../../lib/organisations/show-organisation.ts';
import { updateOrganisation } from '../../../lib/organisations/update-organisation.ts';
import { showServiceRecord } from '../../../lib/services/show-service-record.ts';
import { listUsers } from '../../../lib/users/list-users.ts';
import { showUser } from '../../../lib/users/show-user.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { linkOrganisation, newOrganisation, organisationChanges, readOrganisation } from './organisation-body.ts';
import { toOrganisationItem, toOrganisationView } from './organisation-view.ts';
import { idIn, nothingFound, parameter, queryOf, serviceIdOf } from './requests.ts';
import { toInternalUserView } from './user-view.ts';

/** Organisations (admin API sheet §4.14). */
export function registerOrganisations(routes: InternalRoutes, app: App): void {
  const one = '/organisations/:organisation_id';
  routes('/organisations', {
    GET: async () => (await showOrganisations(app)).map(toOrganisationItem),
    POST: { body: newOrganisation, handler: (request, reply) => create(app, request, reply) },
  });
  routes('/organisations/by-domain', { GET: (request) => showByDomain(app, request) });
  routes(one, {
    GET: async (request) => toOrganisationView(await showOrganisation(app, organisationIdOf(request))),
    POST: { body: organisationChanges, handler: (request, reply) => update(app, request, reply) },
  });
  routes(`${one}/archive`, { POST: (request, reply) => archive(app, request, reply) });
  routes(`${one}/service`, {
    POST: { body: linkOrganisation, handler: (request, reply) => linkTo(app, request, reply) },
  });
  routes(`${one}/services`, { GET: (request) => showServicesOfOrganisation(app, organisationIdOf(request)) });
  routes(`${one}/users`, { GET: (request) => listMembers(app, request) });
  routes(`${one}/users/:user_id`, {
    POST: (request) => addUser(app, request),
    DELETE: (request, reply) => removeUser(app, request, reply),
  });
  routes('/service/:service_id/organisation', { GET: (request) => showOfService(app, request) });
}

function organisationIdOf(request: FastifyRequest): string {
  return idIn(request, 'organisation_id');
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { name, ...input } = readOrganisation(request.body);
  const organisation = await inWords(() => createOrganisation(app, { ...input, name: name! }));
  return reply.code(201).send(toOrganisationView(organisation));
}

async function update(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const input = { organisationId: organisationIdOf(request), ...readOrganisation(request.body) };
  await inWords(() => updateOrganisation(app, input)).catch((error: unknown) => {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    throw new AppError('NOT_FOUND', error.message, { details: { answer: 'Organisation not found' }, cause: error });
  });
  return reply.code(204).send();
}

async function archive(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await inWords(() => archiveOrganisation(app, { organisationId: organisationIdOf(request) }));
  return reply.code(204).send();
}

async function linkTo(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const serviceId = parseUuid((request.body as { service_id: string }).service_id)!;
  await inWords(() => linkService(app, { organisationId: organisationIdOf(request), serviceId }));
  return reply.code(204).send();
}

/** Of a domain, whoever has it or the nearest that it is part of. */
async function showByDomain(app: App, request: FastifyRequest): Promise<object> {
  const domain = parameter(queryOf(request), 'domain') ?? '';
  if (domain === '' || domain.includes('@')) {
    throw new AppError('REQUEST_INVALID', `domain is '${domain}': expected one such as example.gov.uk`);
  }
  const organisation = await findOrganisationOfAddress(app, domain);
  if (organisation === null) throw nothingFound();
  return toOrganisationView(organisation);
}

async function showOfService(app: App, request: FastifyRequest): Promise<object> {
  const { organisation } = await showServiceRecord(app, { serviceId: serviceIdOf(request) });
  return organisation === null ? {} : toOrganisationView(await showOrganisation(app, organisation));
}

async function listMembers(app: App, request: FastifyRequest): Promise<object> {
  const { id: organisationId } = await showOrganisation(app, organisationIdOf(request));
  return { data: (await listUsers(app, { organisationId })).map(toInternalUserView) };
}

async function addUser(app: App, request: FastifyRequest): Promise<object> {
  const userId = idIn(request, 'user_id');
  await inWords(() => addOrganisationUser(app, { organisationId: organisationIdOf(request), userId }));
  return { data: toInternalUserView(await showUser(app, userId)) };
}

async function removeUser(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const place = { organisationId: organisationIdOf(request), userId: idIn(request, 'user_id') };
  await removeOrganisationUser(app, place);
  return reply.code(204).send();
}

/** Refusals with the status that they have here, and what is wrong with a field in the form of schemas. */
async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => {
    if (isAppError(error, 'VALIDATION_FAILED')) throw validationFailed([error.message]);
    if (!isAppError(error, 'CONFLICT') && !isAppError(error, 'REFUSED')) throw error;
    throw new AppError('REQUEST_INVALID', error.message, { cause: error });
  });
}
