import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyTypes, type KeyType } from '../../../lib/api-keys/api-key.ts';
import { createApiKey } from '../../../lib/api-keys/create-api-key.ts';
import { listKnownApiKeys } from '../../../lib/api-keys/list-known-api-keys.ts';
import { revokeApiKey } from '../../../lib/api-keys/revoke-api-key.ts';
import type { ApiKeyVersion } from '../../../lib/api-keys/show-api-key-history.ts';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { AppError, fieldError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { requireUser } from '../../../lib/users/show-user.ts';
import { optional, requiredUuid } from '../../schemas/internal-rules.ts';
import { assertV1Rules, requiredText } from '../../schemas/v1-rules.ts';
import { withFields } from './refusals.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, idIn, serviceIdOf } from './requests.ts';

/** Keys of a service (admin API sheet §4.2). */
export function registerApiKeys(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/api-key', { POST: (request, reply) => create(app, request, reply) });
  routes('/service/:service_id/api-keys', { GET: (request) => list(app, request) });
  routes('/service/:service_id/api-keys/:api_key_id', { GET: (request) => show(app, request) });
  routes('/service/:service_id/api-key/revoke/:api_key_id', {
    POST: (request, reply) => revoke(app, request, reply),
  });
}

const rules = {
  name: requiredText((text) => (text.trim() === '' || text.trim().length > 255 ? 'Invalid API key name' : null)),
  created_by: requiredUuid,
  key_type: requiredText((text) => ((keyTypes as readonly string[]).includes(text) ? null : 'Invalid key type')),
};

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const serviceId = serviceIdOf(request);
  const body = bodyOf(request);
  assertV1Rules(rules, body);
  const { id: createdById } = await requireUser(app, parseUuid(body['created_by'])!);
  const input = { serviceId, name: body['name'] as string, keyType: body['key_type'] as KeyType, createdById };
  const taken = { code: 'CONFLICT', field: 'name', message: 'Duplicate API key name', as: 'REQUEST_INVALID' } as const;
  const { text } = await withFields([taken], () => createApiKey(app, input));
  // The secret alone: whoever asked composes the text of the key.
  return reply.code(201).send({ data: text.slice(-36) });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  return { apiKeys: (await listKnownApiKeys(app, { serviceId: serviceIdOf(request) })).map(toView) };
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const keys = await listKnownApiKeys(app, { serviceId });
  const id = parseUuid((request.params as { api_key_id: string }).api_key_id);
  const key = keys.find((each) => each.id === id && each.expiryDate === null);
  if (key !== undefined) return { apiKeys: [toView(key)] };
  // The sheet's words name the service.
  const answer = `API key not found for id: ${serviceId}`;
  throw new AppError('NOT_FOUND', answer, { details: { answer } });
}

async function revoke(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const [serviceId, apiKeyId] = [serviceIdOf(request), idIn(request, 'api_key_id')];
  const body = bodyOf(request);
  const [unknown] = Object.keys(body).filter((name) => name !== 'created_by');
  if (unknown !== undefined) throw fieldError('VALIDATION_FAILED', { [unknown]: ['Unknown field.'] });
  assertV1Rules({ created_by: optional(requiredUuid) }, body);
  const revokedBy = parseUuid(body['created_by']);
  if (revokedBy !== null) await requireUser(app, revokedBy);
  await revokeApiKey(app, { serviceId, apiKeyId, ...(revokedBy !== null && { revokedById: revokedBy }) });
  return reply.code(202).send();
}

function toView(key: ApiKeyVersion): object {
  return {
    id: key.id,
    name: key.name,
    key_type: key.keyType,
    created_by: key.createdById,
    created_at: toApiDateTime(key.createdAt),
    updated_at: toApiDateTimeOrNull(key.updatedAt),
    expiry_date: toApiDateTimeOrNull(key.expiryDate),
    version: key.version,
  };
}
