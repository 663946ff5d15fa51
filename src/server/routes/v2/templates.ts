import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { listUsableTemplates, showTemplateDetails } from '../../../lib/templates/show-template-details.ts';
import { toTemplateDetailsView } from '../../../lib/templates/template-details-view.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { registerResource } from '../../resource.ts';
import { templateListQuery, templateParams, templateVersionParams } from '../../schemas/template-request.ts';
import { templateAnswer, templateListAnswer } from '../../schemas/template-response.ts';
import { requireUuid, type Query } from './parameters.ts';
import { readTemplateListQuery } from './template-list-query.ts';

const tags = ['Templates'];

const showSchema: FastifySchema = {
  tags,
  operationId: 'getTemplate',
  summary: 'The newest version of a template',
  params: templateParams,
  response: { 200: templateAnswer },
  errors: ['VALIDATION_FAILED', 'NOT_FOUND'],
};

const showVersionSchema: FastifySchema = {
  ...showSchema,
  operationId: 'getTemplateVersion',
  summary: 'One version of a template',
  params: templateVersionParams,
};

const listSchema: FastifySchema = {
  tags,
  operationId: 'listTemplates',
  summary: 'The templates of the service',
  querystring: templateListQuery,
  response: { 200: templateListAnswer },
  errors: ['VALIDATION_FAILED'],
};

/** `GET /v2/template/{id}`, its versions, and `GET /v2/templates` (public API sheet §8). */
export function registerTemplates(server: FastifyInstance, app: App): void {
  const onRequest = authenticate(app);

  registerResource(server, '/v2/template/:id', {
    onRequest,
    GET: { schema: showSchema, handler: (request) => show(app, request) },
  });

  // What is no number is no path of ours.
  registerResource(server, '/v2/template/:id/version/:version(^\\d+$)', {
    onRequest,
    GET: { schema: showVersionSchema, handler: (request) => show(app, request) },
  });

  registerResource(server, '/v2/templates', {
    onRequest,
    GET: { schema: listSchema, handler: (request) => list(app, request) },
  });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const { id, version } = request.params as { id: string; version?: string };
  const template = await showTemplateDetails(app, {
    serviceId: callerOf(request).service.id,
    templateId: requireUuid(id, 'id'),
    ...(version !== undefined && { version: Number(version) }),
  });
  return toTemplateDetailsView(template);
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const templateType = readTemplateListQuery(request.query as Query);
  const { id: serviceId } = callerOf(request).service;
  const templates = await listUsableTemplates(app, { serviceId, templateType });
  return { templates: templates.map(toTemplateDetailsView) };
}
