import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { acceptCapBroadcast } from '../../../lib/broadcasts/accept-cap-broadcast.ts';
import { toBroadcastView } from '../../../lib/broadcasts/broadcast-view.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { registerResource } from '../../resource.ts';
import { broadcastAnswer, capDocument } from '../../schemas/broadcast.ts';

/** `POST /v2/broadcast` (broadcasts sheet §11). The scope keeps bodies raw (`registerRawBody`). */
export function registerBroadcasts(server: FastifyInstance, app: App): void {
  registerResource(server, '/v2/broadcast', {
    onRequest: authenticate(app),
    POST: {
      schema: {
        tags: ['Broadcasts'],
        operationId: 'createBroadcast',
        summary: 'Ask for an emergency broadcast, or take one back',
        consumes: ['application/cap+xml'],
        body: capDocument,
        response: { 201: broadcastAnswer },
        errors: ['REQUEST_INVALID', 'VALIDATION_FAILED', 'NOT_FOUND', 'CONTENT_TYPE_UNSUPPORTED'],
      },
      validatorCompiler: () => (value: unknown) => ({ value }),
      handler: (request, reply) => create(app, request, reply),
    },
  });
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const message = await acceptCapBroadcast(app, {
    ...callerOf(request),
    contentType: contentTypeOf(request),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  });
  return reply.code(201).send(toBroadcastView(message));
}

/** As it was sent: of the parsed headers it has been taken away, since no other route looks at it. */
function contentTypeOf({ raw: { rawHeaders } }: FastifyRequest): string | undefined {
  const index = rawHeaders.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-type');
  return index === -1 ? undefined : rawHeaders[index + 1];
}
