import type {
  FastifyInstance,
  FastifySchema,
  HTTPMethods,
  onRequestAsyncHookHandler,
  RouteHandlerMethod,
} from 'fastify';
import { sendMethodNotAllowed, sendNotFound } from './plugins/errors.ts';

export interface Method {
  readonly handler: RouteHandlerMethod;
  readonly schema?: FastifySchema;
}

export interface Resource {
  readonly GET?: Method;
  readonly POST?: Method;
  /** Runs first, also for OPTIONS. */
  readonly onRequest?: onRequestAsyncHookHandler;
}

const otherMethods: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Registers a path with its methods, and answers for the rest of them as the reference's router does: GET brings HEAD,
 * OPTIONS lists what is allowed, and anything else is 405 before authentication (public API sheet §1).
 */
export function registerResource(server: FastifyInstance, url: string, resource: Resource): void {
  const { GET, POST, onRequest } = resource;
  // The router takes an empty parameter for one; a path that ends in a slash is none.
  const hooks = { onRequest: onRequest === undefined ? [refuseEmptyParameter] : [refuseEmptyParameter, onRequest] };
  const allow = [...(GET ? ['GET', 'HEAD'] : []), 'OPTIONS', ...(POST ? ['POST'] : [])].join(', ');
  if (GET) server.route({ method: 'GET', url, ...hooks, ...GET });
  if (POST) server.route({ method: 'POST', url, ...hooks, ...POST });
  server.route({ method: 'OPTIONS', url, ...hooks, handler: (_request, reply) => reply.header('Allow', allow).send() });
  const refused = otherMethods.filter((method) => !(method === 'GET' && GET) && !(method === 'POST' && POST));
  server.route({
    method: [...refused],
    url,
    onRequest: refuseEmptyParameter,
    handler: (_request, reply) => sendMethodNotAllowed(reply, allow),
  });
}

const refuseEmptyParameter: onRequestAsyncHookHandler = async ({ params }, reply) => {
  if (Object.values(params as object).includes('')) await sendNotFound(reply);
};
