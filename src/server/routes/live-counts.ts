import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../lib/app.ts';
import { countLiveServices } from '../../lib/services/count-live-services.ts';
import { registerResource } from '../resource.ts';

const schema: FastifySchema = {
  tags: ['Status'],
  operationId: 'getLiveCounts',
  summary: 'How many services are live',
  response: {
    200: Type.Object(
      { organisations: Type.Integer(), services: Type.Integer() },
      { description: 'Services that are not in trial mode, and the organisations that have one.' },
    ),
  },
};

/** `GET /_status/live-service-and-organisation-counts` (public API sheet §10). */
export function registerLiveCounts(server: FastifyInstance, app: App): void {
  registerResource(server, '/_status/live-service-and-organisation-counts', {
    GET: {
      schema,
      handler: async () => {
        const { organisations, services } = await countLiveServices(app);
        return { organisations, services };
      },
    },
  });
}
