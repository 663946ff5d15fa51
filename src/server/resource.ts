import type {
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  HTTPMethods,
  onRequestAsyncHookHandler,
  RouteHandlerMethod,
} from 'fastify';
import { sendMethodNotAllowed, sendNotFound } from './plugins/errors.ts';

export interface Method {
  readonly handler: RouteHandlerMethod;
  readonly schema?: FastifySchema;
  /** Leaves it to the handler to refuse what breaks the schema: `request.validationError`. */
  readonly attachValidation?: boolean;
  /** In place of the server's, for routes whose schema is only for the document. */
  readonly validatorCompiler?: FastifySchemaCompiler<unknown>;
  /** Bytes at most, where that is less than elsewhere. */
  readonly bodyLimit?: number;
}

export interface Resource {
  readonly GET?: Method;
  readonly POST?: Method;
  readonly PUT?: Method;
  readonly DELETE?: Method;
  /** Runs first, also for OPTIONS. */
  readonly onRequest?: onRequestAsyncHookHandler;
}

const otherMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'TRACE'];

/**
 * Registers a path with its methods, and answers for the rest of them as the reference's router does: GET brings HEAD,
 * OPTIONS lists what is allowed, and anything else is 405 before authentication (public API sheet §1).
 */
export function registerResource(server: FastifyInstance, url: string, resource: Resource): void {
  const { onRequest, ...methods } = resource;
  // The router takes an empty parameter for one; a path that ends in a slash is none.
  const hooks = { onRequest: onRequest === undefined ? [refuseEmptyParameter] : [refuseEmptyParameter, onRequest] };
  const taken = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...taken, 'OPTIONS'].sort().join(', ');
  // The document says of a path that authenticates nothing that it needs no token.
  const open = onRequest === undefined ? { security: [] } : {};
  for (const [method, own] of Object.entries(methods)) {
    server.route({ method, url, ...hooks, ...own, schema: { ...open, ...own.schema } });
  }
  server.route({
    method: 'OPTIONS',
    url,
    ...hooks,
    schema: { hide: true },
    handler: (_request, reply) => reply.header('Allow', allow).send(),
  });
  const refused = otherMethods.filter((method) => !taken.includes(method));
  server.route({
    method: [...refused],
    url,
    schema: { hide: true },
    // Before anything looks at the body.
    onRequest: [refuseEmptyParameter, async (_request, reply) => sendMethodNotAllowed(reply, allow)],
    handler: (_request, reply) => sendMethodNotAllowed(reply, allow),
  });
}

const refuseEmptyParameter: onRequestAsyncHookHandler = async ({ params }, reply) => {
  if (Object.values(params as object).includes('')) await sendNotFound(reply);
};
