import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { fieldError, isAppError } from '../../../lib/core/errors.ts';
import { given } from '../../../lib/core/given.ts';
import { showOrganisations } from '../../../lib/organisations/show-organisation.ts';
import { showServiceRecords } from '../../../lib/services/show-service-record.ts';
import { activateUser } from '../../../lib/users/activate-user.ts';
import { archiveUser } from '../../../lib/users/archive-user.ts';
import { createUser } from '../../../lib/users/create-user.ts';
import { listUsers } from '../../../lib/users/list-users.ts';
import { showUser, showUserWithEmail } from '../../../lib/users/show-user.ts';
import { readUserFields } from '../../../lib/users/user-fields.ts';
import type { AuthType } from '../../../lib/users/user.ts';
import { updateUser } from '../../../lib/users/update-user.ts';
import { assertV1Rules, requiredText } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { withFields, type Refusal } from './refusals.ts';
import { bodyOf, idIn } from './requests.ts';
import { assertNewUser, assertUserChanges, readChanges } from './user-body.ts';
import { toInternalUserView as toView } from './user-view.ts';

/** Users, without what they sign in with (admin API sheet §4.4 and §4.16). */
export function registerUsers(routes: InternalRoutes, app: App): void {
  routes('/user', { POST: (request, reply) => create(app, request, reply) });
  routes('/user/email', { POST: (request) => findByEmail(app, request) });
  routes('/user/find-users-by-email', { POST: (request) => search(app, request) });
  routes('/user/:user_id', {
    GET: async (request) => ({ data: toView(await showUser(app, idIn(request, 'user_id'))) }),
    POST: (request) => update(app, request),
  });
  routes('/user/:user_id/activate', {
    POST: async (request) => ({ data: toView(await activateUser(app, { userId: idIn(request, 'user_id') })) }),
  });
  routes('/user/:user_id/organisations-and-services', { GET: (request) => listServices(app, request) });
  routes('/user/:user_id/archive', { POST: (request, reply) => archive(app, request, reply) });
}

const taken: readonly Refusal[] = [
  { code: 'CONFLICT', field: 'email_address', message: 'Duplicate email address', as: 'REQUEST_INVALID' },
];

/** The password is asked for, as clients send it, but nobody signs in here: it is not kept. */
async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = bodyOf(request);
  assertNewUser(body);
  const user = await withFields(taken, () =>
    createUser(app, {
      name: body['name'] as string,
      emailAddress: body['email_address'] as string,
      mobileNumber: (body['mobile_number'] ?? null) as string | null,
      state: 'pending',
      ...given({ authType: body['auth_type'] as AuthType | undefined }),
    }),
  );
  return reply.code(201).send({ data: toView(user) });
}

async function update(app: App, request: FastifyRequest): Promise<object> {
  const userId = idIn(request, 'user_id');
  const body = bodyOf(request);
  assertUserChanges(body);
  const { user } = await withFields(taken, () => updateUser(app, { userId, ...readChanges(body) }));
  return { data: toView(user) };
}

async function archive(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await archiveUser(app, { userId: idIn(request, 'user_id') });
  return reply.code(204).send();
}

/** What a front end shows to somebody who signed in. */
async function listServices(app: App, request: FastifyRequest): Promise<object> {
  const { id: userId } = await showUser(app, idIn(request, 'user_id'));
  const organisations = await showOrganisations(app, { onlyActive: true, userId });
  const services = await showServiceRecords(app, { onlyActive: true, userId });
  return {
    organisations: organisations.map(({ id, name, countOfLiveServices }) => ({
      id,
      name,
      count_of_live_services: countOfLiveServices,
    })),
    services: services.map(({ id, name, restricted, organisation }) => ({ id, name, restricted, organisation })),
  };
}

async function findByEmail(app: App, request: FastifyRequest): Promise<object> {
  const body = bodyOf(request);
  assertV1Rules({ email: requiredText() }, body);
  try {
    const { emailAddress } = readUserFields({ emailAddress: body['email'] as string });
    return { data: toView(await showUserWithEmail(app, emailAddress)) };
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    throw fieldError('VALIDATION_FAILED', { email: ['Not a valid email address'] }, error);
  }
}

/** The most users that a search answers. */
const mostFound = 100;

async function search(app: App, request: FastifyRequest): Promise<object> {
  const body = bodyOf(request);
  assertV1Rules({ email: requiredText() }, body);
  const found = await listUsers(app, { emailPart: body['email'] as string, archived: true, limit: mostFound });
  return { data: found.map(toView) };
}
