import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { uncached } from '../../../lib/cache/service-cache.ts';
import { fieldError, isAppError } from '../../../lib/core/errors.ts';
import { given } from '../../../lib/core/given.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { archiveTemplate } from '../../../lib/templates/archive-template.ts';
import { createTemplate } from '../../../lib/templates/create-template.ts';
import { precompiledTemplateOf } from '../../../lib/templates/precompiled-template.ts';
import { previewTemplateOfService } from '../../../lib/templates/preview-template-of-service.ts';
import { redactTemplate } from '../../../lib/templates/redact-template.ts';
import { findTemplateOfService, listTemplates, listTemplateVersions } from '../../../lib/templates/show-template.ts';
import { templateTypes, type ProcessType, type Template, type TemplateType } from '../../../lib/templates/template.ts';
import { updateTemplate, type UpdateTemplateInput } from '../../../lib/templates/update-template.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { requireUser } from '../../../lib/users/show-user.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, nothingFound, queryOf, serviceIdOf } from './requests.ts';
import { toInternalTemplateView as toView, toInternalTemplateVersionView as toVersionView } from './template-view.ts';
import { valuesOf } from '../v2/parameters.ts';

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()]);
const uuid = Type.String({ format: 'notify-uuid' });

const shared = {
  subject: Type.Optional(nullable(Type.String())),
  process_type: Type.Optional(Type.String({ enum: ['normal', 'priority'] })),
  postage: Type.Optional(nullable(Type.String({ format: 'notify-postage' }))),
  reply_to: Type.Optional(nullable(uuid)),
  has_unsubscribe_link: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
};

const newTemplate = Type.Object({
  name: Type.String(),
  template_type: Type.String({ enum: [...templateTypes] }),
  content: Type.String(),
  service: uuid,
  created_by: uuid,
  ...shared,
});

const changedTemplate = Type.Object({
  name: Type.Optional(Type.String()),
  content: Type.Optional(Type.String()),
  created_by: Type.Optional(uuid),
  archived: Type.Optional(Type.Boolean()),
  redact_personalisation: Type.Optional(Type.Boolean()),
  ...shared,
});

interface Body {
  readonly name?: string;
  readonly template_type?: TemplateType;
  readonly content?: string;
  readonly created_by?: string;
  readonly subject?: string | null;
  readonly process_type?: ProcessType;
  readonly postage?: string | null;
  readonly reply_to?: string | null;
  readonly has_unsubscribe_link?: boolean | null;
  readonly archived?: boolean;
  readonly redact_personalisation?: boolean;
}

/** Templates of a service (admin API sheet §4.7). */
export function registerTemplates(routes: InternalRoutes, app: App): void {
  const path = '/service/:service_id/template';
  routes(path, {
    GET: (request) => list(app, request),
    POST: { body: newTemplate, handler: (request, reply) => create(app, request, reply) },
  });
  routes(`${path}/precompiled`, { GET: (request) => showPrecompiled(app, request) });
  routes(`${path}/:template_id`, {
    GET: async (request) => ({ data: await toView(app, await find(app, request)) }),
    POST: { body: changedTemplate, handler: (request, reply) => update(app, request, reply) },
  });
  routes(`${path}/:template_id/preview`, { GET: (request) => preview(app, request) });
  routes(`${path}/:template_id/versions`, { GET: (request) => listVersions(app, request) });
  routes(`${path}/:template_id/version/:version`, { GET: (request) => showVersion(app, request) });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const templates = await listTemplates(app, { serviceId: serviceIdOf(request) });
  return {
    data: templates.map(({ id, name, templateType }) => ({
      folder: null,
      id,
      is_precompiled_letter: false,
      name,
      template_type: templateType,
    })),
  };
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = request.body as Required<Pick<Body, 'name' | 'template_type' | 'content' | 'created_by'>> & Body;
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const { id: createdById } = await requireUser(app, parseUuid(body.created_by)!);
  const { name, template_type: templateType, content } = body;
  const template = await byField(() =>
    createTemplate(app, { serviceId, name, templateType, content, createdById, ...settingsIn(body) }),
  );
  return reply.code(201).send({ data: await toView(app, template) });
}

/** Three kinds of changes that exclude each other, in this order: hiding values, another contact block, the rest. */
async function update(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = request.body as Body;
  const { id: templateId } = await find(app, request);
  const authorId = await authorIn(app, body);
  if (body.redact_personalisation === true) {
    if (authorId === null) throw fieldError('VALIDATION_FAILED', { created_by: ['Field is required'] });
    await redactTemplate(app, { templateId, redactedById: authorId });
    return reply.type('application/json').send('null');
  }
  const author = authorId === null ? {} : { updatedById: authorId };
  const changes: UpdateTemplateInput =
    body.reply_to === undefined
      ? { templateId, ...author, ...given({ name: body.name, content: body.content }), ...settingsIn(body) }
      : { templateId, ...author, letterContactId: parseUuid(body.reply_to) };
  let { template } = await byField(() => updateTemplate(app, changes));
  if (body.archived === true && body.reply_to === undefined)
    ({ template } = await archiveTemplate(app, { templateId }));
  return reply.send({ data: await toView(app, template) });
}

async function authorIn(app: App, { created_by: id }: Body): Promise<string | null> {
  return id === undefined ? null : (await requireUser(app, parseUuid(id)!)).id;
}

function settingsIn(body: Body): {
  subject?: string;
  processType?: ProcessType;
  postage?: string;
  letterContactId?: string;
  hasUnsubscribeLink?: boolean;
} {
  return given({
    subject: body.subject ?? undefined,
    processType: body.process_type,
    postage: body.postage ?? undefined,
    letterContactId: parseUuid(body.reply_to) ?? undefined,
    hasUnsubscribeLink: body.has_unsubscribe_link ?? undefined,
  });
}

async function preview(app: App, request: FastifyRequest): Promise<object> {
  const template = await find(app, request);
  const query = queryOf(request);
  const personalisation: JsonObject = Object.fromEntries(
    Object.keys(query).map((name) => [name, valuesOf(query, name).at(-1)!]),
  );
  const { serviceId, id: templateId } = template;
  try {
    const { body, subject } = await previewTemplateOfService(app, { serviceId, templateId, personalisation });
    return { ...(await toView(app, template)), content: body, subject };
  } catch (error) {
    if (!isAppError(error, 'REQUEST_INVALID')) throw error;
    throw fieldError('REQUEST_INVALID', { template: [error.message] }, error);
  }
}

async function listVersions(app: App, request: FastifyRequest): Promise<object> {
  const { id: templateId } = await find(app, request);
  const versions = await listTemplateVersions(app, { templateId });
  return { data: await Promise.all(versions.map((version) => toVersionView(app, version))) };
}

async function showVersion(app: App, request: FastifyRequest): Promise<object> {
  const { id: templateId } = await find(app, request);
  const { version } = request.params as { version: string };
  const versions = await listTemplateVersions(app, { templateId });
  const found = versions.find((each) => String(each.version) === version);
  if (found === undefined) throw nothingFound();
  return { data: await toVersionView(app, found) };
}

async function showPrecompiled(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  return toView(app, await precompiledTemplateOf(app, serviceId));
}

/** @throws AppError NOT_FOUND, also for one that is hidden or another service's */
async function find(app: App, request: FastifyRequest): Promise<Template> {
  const [serviceId, id] = [serviceIdOf(request), idIn(request, 'template_id')];
  const template = await findTemplateOfService({ db: app.db, cache: uncached }, serviceId, id);
  if (template === null) throw nothingFound();
  return template;
}

/** Puts what use cases say of a template under the fields that it is about. */
async function byField<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isChannel = isAppError(error, 'REFUSED') && /^(?:Creating|Updating) /.test(error.message);
    if (isChannel) throw fieldError('PERMISSION_MISSING', { template_type: [error.message] }, error);
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    const fields: Record<string, string[]> = {};
    for (const problem of (error.details?.['messages'] ?? []) as string[]) {
      const [, field = '_schema', message = problem] = /^(\w+): (.*)$/s.exec(problem) ?? [];
      (fields[field] ??= []).push(message);
    }
    throw fieldError('VALIDATION_FAILED', fields, error);
  }
}
