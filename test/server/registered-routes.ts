import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
  readonly hidden: boolean;
  /** Of the internal API, which is in no document. */
  readonly internal: boolean;
}

/** Every route of the server that `build` makes, whether it is documented or not; HEAD goes with GET. */
export async function registeredRoutes(build: () => Promise<unknown>): Promise<RegisteredRoute[]> {
  const routes: RegisteredRoute[] = [];
  const note = ({ method, url, schema }: RouteOptions): void => {
    for (const each of [method].flat()) {
      if (each === 'HEAD') continue;
      routes.push({ method: each, url, hidden: schema?.hide === true, internal: isInternal(schema) });
    }
  };
  // The first server is the one; others are made on the way.
  const watch = (message: unknown): void => {
    unsubscribe('fastify.initialization', watch);
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', note);
  };
  subscribe('fastify.initialization', watch);
  try {
    await build();
  } finally {
    unsubscribe('fastify.initialization', watch);
  }
  return routes;
}

function isInternal(schema: RouteOptions['schema']): boolean {
  return (schema as { tags?: readonly string[] } | undefined)?.tags?.includes('internal') === true;
}
