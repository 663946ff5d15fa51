import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { App } from '../../../lib/app.ts';
import {
  callbackTypes,
  noSuchCallback,
  type CallbackApi,
  type CallbackType,
} from '../../../lib/callbacks/callback-api.ts';
import { createCallback } from '../../../lib/callbacks/create-callback.ts';
import { removeCallback } from '../../../lib/callbacks/remove-callback.ts';
import { updateCallback } from '../../../lib/callbacks/set-callback.ts';
import { listCallbacks } from '../../../lib/callbacks/show-callbacks.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { AppError, isAppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { requireUser } from '../../../lib/users/show-user.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { parameter, queryOf, serviceIdOf } from './requests.ts';

const callbackType = Type.String({ enum: [...callbackTypes] });
const url = Type.String({ format: 'notify-https-url' });
const updatedById = Type.String({ format: 'notify-uuid' });
const newFields = { url, bearer_token: Type.String(), updated_by_id: updatedById };
const changedFields = {
  url: Type.Optional(url),
  bearer_token: Type.Optional(Type.String()),
  updated_by_id: updatedById,
};

interface Body {
  readonly url?: string;
  readonly bearer_token?: string;
  readonly updated_by_id: string;
  readonly callback_type?: CallbackType;
}

/** Where a path has its callbacks from. */
interface Place {
  readonly path: string;
  /** What its bodies say beside the fields of every callback. */
  readonly ofType: { readonly callback_type?: TSchema };
  readonly inBody: (body: Body) => CallbackType;
  readonly inQuery: (request: FastifyRequest) => CallbackType;
}

/** Until 2025 each type had a path of its own (admin API sheet §3.4). */
const places: readonly Place[] = [
  {
    path: 'callback-api',
    ofType: { callback_type: callbackType },
    inBody: (body) => body.callback_type!,
    inQuery: typeInQuery,
  },
  ...(
    [
      ['delivery-receipt-api', 'delivery_status'],
      ['inbound-api', 'inbound_sms'],
    ] as const
  ).map(([path, type]): Place => ({ path, ofType: {}, inBody: () => type, inQuery: () => type })),
];

/** Where a service wants to be told (admin API sheet §4.6). Tokens are in no answer. */
export function registerCallbacks(routes: InternalRoutes, app: App): void {
  for (const { path, ofType, inBody, inQuery } of places) {
    const newCallback = Type.Object({ ...newFields, ...ofType });
    const changes = Type.Object({ ...changedFields, ...ofType });
    routes(`/service/:service_id/${path}`, {
      POST: { body: newCallback, handler: (request, reply) => create(app, request, reply, inBody) },
    });
    routes(`/service/:service_id/${path}/:callback_id`, {
      GET: async (request) => ({ data: toView(await find(app, request, inQuery(request))) }),
      POST: { body: changes, handler: (request) => update(app, request, inBody) },
      DELETE: (request, reply) => remove(app, request, reply, inQuery),
    });
  }
}

async function create(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  typeOf: Place['inBody'],
): Promise<unknown> {
  const body = request.body as Required<Body>;
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const { id: updater } = await requireUser(app, parseUuid(body.updated_by_id)!);
  const callback = await listed(() =>
    createCallback(app, {
      serviceId,
      callbackType: typeOf(body),
      url: body.url,
      bearerToken: body.bearer_token,
      updatedById: updater,
    }),
  );
  return reply.code(201).send({ data: toView(callback) });
}

async function update(app: App, request: FastifyRequest, typeOf: Place['inBody']): Promise<object> {
  const body = request.body as Body;
  const type = typeOf(body);
  const { serviceId } = await find(app, request, type);
  const { id: updater } = await requireUser(app, parseUuid(body.updated_by_id)!);
  const { callback } = await listed(() =>
    updateCallback(app, {
      serviceId,
      callbackType: type,
      url: body.url,
      bearerToken: body.bearer_token,
      updatedById: updater,
    }),
  );
  return { data: toView(callback) };
}

async function remove(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  typeOf: Place['inQuery'],
): Promise<unknown> {
  const { serviceId, callbackType: type } = await find(app, request, typeOf(request));
  await removeCallback(app, { serviceId, callbackType: type });
  return reply.code(204).send();
}

/** The callback in the path, which must be of this type. @throws AppError NOT_FOUND in the words of the type */
async function find(app: App, request: FastifyRequest, type: CallbackType): Promise<CallbackApi> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const id = parseUuid((request.params as { callback_id: string }).callback_id);
  // A service has one of each type: an id that is not its id is nobody's.
  const callback = (await listCallbacks(app, serviceId)).find((each) => each.callbackType === type);
  if (callback !== undefined && callback.id === id) return callback;
  const { message: answer } = noSuchCallback(type);
  throw new AppError('NOT_FOUND', answer, { details: { answer } });
}

function typeInQuery(request: FastifyRequest): CallbackType {
  const given = parameter(queryOf(request), 'callback_type');
  const type = callbackTypes.find((each) => each === given);
  if (type !== undefined) return type;
  throw validationFailed([
    given === undefined
      ? 'callback_type is a required property'
      : `callback_type ${given} is not one of [${callbackTypes.join(', ')}]`,
  ]);
}

/** What the rules of callbacks say of a field, in the form in which schemas say it. */
async function listed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED') || error.details !== undefined) throw error;
    throw validationFailed([error.message]);
  }
}

function toView(callback: CallbackApi): object {
  return {
    id: callback.id,
    service_id: callback.serviceId,
    url: callback.url,
    updated_by_id: callback.updatedById,
    created_at: toApiDateTime(callback.createdAt),
    updated_at: toApiDateTimeOrNull(callback.updatedAt),
  };
}
