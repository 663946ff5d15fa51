import type { FastifyInstance, RouteOptions } from 'fastify';
import type { App } from '../../lib/app.ts';
import type { ErrorCode } from '../../lib/core/errors.ts';
import type { OpenApiDocument } from '../openapi-document.ts';
import { registerResource } from '../resource.ts';
import { registerDocsPage } from './docs-page.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** For the document: how a route refuses, beside what every route does. */
    errors?: readonly ErrorCode[];
    /** For the document: the body may be left out. */
    bodyOptional?: boolean;
  }
}

/**
 * Describes every route that is registered later on this server: `GET /openapi.json` answers an OpenAPI 3.1 document, and
 * `GET /docs` shows it. It is made when first asked for: most processes never are.
 */
export function registerOpenApi(server: FastifyInstance, { config }: Pick<App, 'config'>): void {
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && route.schema?.hide !== true) routes.push(route);
  });
  let document: Promise<OpenApiDocument> | null = null;
  const readDocument = (): Promise<OpenApiDocument> =>
    (document ??= import('../openapi-document.ts').then(({ createOpenApiDocument }) =>
      createOpenApiDocument(routes, config),
    ));

  let text: string | null = null;
  registerResource(server, '/openapi.json', {
    GET: {
      schema: {
        tags: ['Status'],
        operationId: 'getOpenApi',
        summary: 'This description of the API',
        response: { 200: { type: 'object', description: 'An OpenAPI 3.1 document.', additionalProperties: true } },
      },
      handler: async (_request, reply) => {
        text ??= JSON.stringify(await readDocument());
        return reply.type('application/json; charset=utf-8').send(text);
      },
    },
  });
  registerDocsPage(server, readDocument);
}
