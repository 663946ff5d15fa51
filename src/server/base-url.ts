import type { FastifyRequest } from 'fastify';
import type { App } from '../lib/app.ts';

/** Scheme and host for links: as configured, else of the request. */
export function baseUrlOf({ config }: Pick<App, 'config'>, request: FastifyRequest): string {
  return config.publicUrl ?? `${request.protocol}://${request.host}`;
}
