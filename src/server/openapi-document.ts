import swagger from '@fastify/swagger';
import { fastify, type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify';
import type { Config } from '../lib/config/schema.ts';
import type { ErrorCode } from '../lib/core/errors.ts';
import { productVersion } from '../lib/observability/version.ts';
import {
  apiDescription,
  apiTags,
  gatewaySecretDescription,
  passwordDescription,
  tokenDescription,
} from './schemas/api-description.ts';
import { errorEnvelopes, errorResponses, type Envelope } from './schemas/error-responses.ts';
import { notification } from './schemas/notification-response.ts';
import { publicFormats } from './schemas/public-formats.ts';
import { operationsOf, shareResponses } from './schemas/shared-responses.ts';

export type OpenApiDocument = Exclude<ReturnType<FastifyInstance['swagger']>, string>;

/** The OpenAPI 3.1 document of these routes, made from the schemas that decide about requests. */
export async function createOpenApiDocument(
  routes: readonly RouteOptions[],
  { publicUrl }: Pick<Config, 'publicUrl'>,
): Promise<OpenApiDocument> {
  // The same routes again, on a server that answers nothing: the plugin describes what is registered after it.
  const server = fastify({ exposeHeadRoutes: false }) as unknown as FastifyInstance;
  server.setValidatorCompiler(() => (value: unknown) => ({ value }));
  server.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
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
      servers: [{ url: publicUrl ?? '/' }],
      tags: [...apiTags],
      security: [{ serviceToken: [] }],
      components: {
        securitySchemes: {
          serviceToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: tokenDescription },
          providerPassword: { type: 'http', scheme: 'basic', description: passwordDescription },
          gatewaySecret: { type: 'http', scheme: 'bearer', description: gatewaySecretDescription },
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
  for (const { method, url, schema = {} } of routes) server.route({ method, url, schema, handler: () => undefined });
  await server.ready();
  const document = server.swagger() as OpenApiDocument;
  await server.close();
  return document;
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
  if (url.startsWith('/v2/') || url === '/notifications/letter/status') return 'V2Error';
  return url.startsWith('/notifications') ? 'V1Error' : 'PlainError';
}
