import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../lib/app.ts';
import { AppError } from '../../lib/core/errors.ts';
import { readHealth } from '../../lib/observability/health.ts';
import { registerResource } from '../resource.ts';

/** `GET|POST /_status` and `GET /` (public API sheet §10). */
export function registerStatus(server: FastifyInstance, app: App): void {
  const handler = async (request: { query: unknown }): Promise<object> => {
    const { simple } = request.query as { simple?: unknown };
    if (simple !== undefined && simple !== '') return { status: 'ok' };
    const health = await readHealth(app).catch((error: unknown) => {
      // Load balancers look for this status, whatever is wrong.
      throw new AppError('INTERNAL', 'The status cannot be read', { cause: error });
    });
    return {
      status: 'ok',
      git_commit: health.commit,
      build_time: health.builtAt,
      db_version: health.schemaVersion,
      db_bulk_version: health.schemaVersion,
    };
  };
  registerResource(server, '/_status', {
    GET: { handler, schema: describe('getStatus') },
    POST: { handler, schema: describe('postStatus') },
  });
  registerResource(server, '/', { GET: { handler, schema: describe('getRoot') } });
}

const text = Type.Optional(Type.String());
const answer = Type.Object(
  { status: Type.Literal('ok'), git_commit: text, build_time: text, db_version: text, db_bulk_version: text },
  { description: 'All is well; only `status` when `simple` is set.' },
);

function describe(operationId: string): FastifySchema {
  return {
    tags: ['Status'],
    operationId,
    summary: 'Whether the server works',
    querystring: Type.Object({
      simple: Type.Optional(Type.String({ description: 'Anything but nothing: the database is not asked.' })),
    }),
    response: { 200: answer },
  };
}
