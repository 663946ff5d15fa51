import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { AppError, isAppError } from '../../../lib/core/errors.ts';
import { addMember } from '../../../lib/services/add-member.ts';
import { removeMember } from '../../../lib/services/remove-member.ts';
import { setMemberPermissions } from '../../../lib/services/set-member-permissions.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { showServiceRecord } from '../../../lib/services/show-service-record.ts';
import { listUsers } from '../../../lib/users/list-users.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, nothingFound, serviceIdOf } from './requests.ts';
import { toServiceRecordView } from './service-record-view.ts';
import { toInternalUserView } from './user-view.ts';

// There are no folders here to give permissions for.
const permissions = Type.Object({
  permissions: Type.Array(Type.Object({ permission: Type.String() })),
  folder_permissions: Type.Optional(Type.Array(Type.String())),
});

/** Teams of services, and what their members may do (admin API sheet §4.4). */
export function registerMembers(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/users', { GET: (request) => list(app, request) });
  routes('/service/:service_id/users/:user_id', {
    POST: { body: permissions, handler: (request, reply) => add(app, request, reply) },
    DELETE: (request, reply) => remove(app, request, reply),
  });
  routes('/user/:user_id/service/:service_id/permission', {
    POST: { body: permissions, handler: (request, reply) => setPermissions(app, request, reply) },
  });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService({ db: app.db }, serviceIdOf(request));
  return { data: (await listUsers(app, { serviceId })).map(toInternalUserView) };
}

async function add(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { serviceId, userId } = placeOf(request);
  const { isNew } = await inWords(() => addMember(app, { serviceId, userId, permissions: namesIn(request) }));
  if (!isNew) {
    throw new AppError('REQUEST_INVALID', `User id: ${userId} already part of service id: ${serviceId}`);
  }
  return reply.code(201).send({ data: toServiceRecordView(await showServiceRecord(app, { serviceId })) });
}

async function remove(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await removeMember(app, placeOf(request));
  return reply.code(204).send();
}

async function setPermissions(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  await inWords(() => setMemberPermissions(app, { ...placeOf(request), permissions: namesIn(request) })).catch(
    (error: unknown) => {
      // Here somebody off the team is like any row that is not there.
      throw isAppError(error, 'NOT_FOUND') ? nothingFound() : error;
    },
  );
  return reply.code(204).send();
}

function placeOf(request: FastifyRequest): { serviceId: string; userId: string } {
  return { serviceId: serviceIdOf(request), userId: idIn(request, 'user_id') };
}

function namesIn(request: FastifyRequest): string[] {
  const body = request.body as { permissions: { permission: string }[] };
  return body.permissions.map(({ permission }) => permission);
}

/** An unknown permission in the list of what is wrong with a body. */
async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => {
    throw isAppError(error, 'VALIDATION_FAILED') ? validationFailed([`permissions ${error.message}`]) : error;
  });
}
