import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import type { App } from '../../lib/app.ts';
import type { ErrorCode } from '../../lib/core/errors.ts';
import { productVersion } from '../../lib/observability/version.ts';
import { registerResource } from '../resource.ts';
import { apiDescription, apiTags, tokenDescription } from '../schemas/api-description.ts';
import { errorEnvelopes, errorResponses, type Envelope } from '../schemas/error-responses.ts';
import { notification } from '../schemas/notification-response.ts';
import { publicFormats } from '../schemas/public-formats.ts';
import { operationsOf, shareResponses } from '../schemas/shared-responses.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** For the document: how a route refuses, beside what every route does. */
    errors?: readonly ErrorCode[];
    /** For the document: the body may be left out. */
    bodyOptional?: boolean;
  }
}

/**
 * Describes every route that is registered later on this server in an OpenAPI 3.1 document, made from the schemas that
 * decide about requests; `GET /openapi.json` answers it.
 */
export async function registerOpenApi(server: FastifyInstance, { config }: Pick<App, 'config'>): Promise<void> {
  const withOptionalBody = new Set<string | undefined>();
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Notify toolkit API',
        version: productVersion().version,
        description: apiDescription,
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      servers: [{ url: config.publicUrl ?? '/' }],
      tags: [...apiTags],
      security: [{ serviceToken: [] }],
      components: {
        securitySchemes: {
          serviceToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: tokenDescription },
        },
        schemas: { ...errorEnvelopes, Notification: notification } as never,
      },
    },
    stripBasePath: false,
    transform: ({ schema = {}, url }) => {
      if (schema.bodyOptional === true) withOptionalBody.add(schema.operationId);
      return { schema: describe(schema, url), url };
    },
    transformObject: (made) => {
      const document = 'openapiObject' in made ? made.openapiObject : made.swaggerObject;
      for (const operation of operationsOf(document)) {
        if (withOptionalBody.has(operation.operationId)) operation.requestBody!.required = false;
      }
      shareResponses(document);
      return document;
    },
  });

  let text: string | null = null;
  registerResource(server, '/openapi.json', {
    GET: {
      schema: {
        tags: ['Status'],
        operationId: 'getOpenApi',
        summary: 'This description of the API',
        response: { 200: { type: 'object', description: 'An OpenAPI 3.1 document.', additionalProperties: true } },
      },
      handler: (_request, reply) => {
        text ??= JSON.stringify(server.swagger());
        return reply.type('application/json; charset=utf-8').send(text);
      },
    },
  });
}

const ofEveryRoute: readonly ErrorCode[] = ['INTERNAL', 'SERVICE_UNAVAILABLE', 'REQUEST_TIMEOUT'];
const ofAuthentication: readonly ErrorCode[] = ['AUTH_MISSING', 'AUTH_INVALID'];
const ofJsonBodies: readonly ErrorCode[] = ['BODY_NOT_JSON', 'VALIDATION_FAILED', 'BODY_TOO_LARGE'];

function describe(schema: FastifySchema, url: string): FastifySchema {
  if (schema.hide === true) return schema;
  const errors = errorResponses(envelopeOf(url), [
    ...(schema.body === undefined ? [] : ofJsonBodies),
    ...(schema.errors ?? []),
    ...(schema.security?.length === 0 ? [] : ofAuthentication),
    ...ofEveryRoute,
  ]);
  return publicFormats({ ...schema, response: { ...errors, ...(schema.response as object | undefined) } });
}

function envelopeOf(url: string): Envelope {
  if (url.startsWith('/v2/')) return 'V2Error';
  return url.startsWith('/notifications') ? 'V1Error' : 'PlainError';
}
