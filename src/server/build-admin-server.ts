import { fastify, LogController, type FastifyInstance } from 'fastify';
import type { App } from '../lib/app.ts';
import { AppError } from '../lib/core/errors.ts';
import { parseUuid } from '../lib/core/ids.ts';
import { checkReadiness } from '../lib/observability/readiness.ts';
import { queueDepths } from '../lib/queue/find-jobs.ts';
import { readSandboxOutbox } from '../lib/providers/read-sandbox-outbox.ts';
import { registerPlainErrors } from './plugins/errors.ts';
import { registerResponseHeaders } from './plugins/response-headers.ts';

/** Probes, metrics and the sandbox outbox. No authentication: keep its address private. */
export function buildAdminServer(app: App, state: { readonly draining: boolean }): FastifyInstance {
  const server = fastify({
    loggerInstance: app.logger,
    logController: new LogController({ disableRequestLogging: true }),
  }) as unknown as FastifyInstance;
  registerResponseHeaders(server);
  registerPlainErrors(server);

  // Live means that this answers; a database outage must not restart every process.
  server.get('/live', async () => ({ status: 'ok' }));

  server.get('/ready', async (_request, reply) => {
    const { ready, checks } = await checkReadiness(app, state);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
  });

  server.get('/metrics', async (_request, reply) => {
    app.metrics.queueJobs.reset();
    app.metrics.queueOldestDueSeconds.reset();
    for (const { queue, ready, delayed, active, oldestDue } of await queueDepths(app)) {
      app.metrics.queueJobs.set({ queue, state: 'ready' }, ready);
      app.metrics.queueJobs.set({ queue, state: 'delayed' }, delayed);
      app.metrics.queueJobs.set({ queue, state: 'active' }, active);
      const waited = oldestDue === null ? 0 : (app.clock.now().getTime() - oldestDue.getTime()) / 1000;
      app.metrics.queueOldestDueSeconds.set({ queue }, Math.max(0, waited));
    }
    return reply.type(app.metrics.registry.contentType).send(await app.metrics.registry.metrics());
  });

  server.get('/sandbox/messages', async (request) => {
    const query = request.query as Query;
    const limit = readText(query, 'limit');
    const messages = await readSandboxOutbox(app, {
      to: readText(query, 'to'),
      since: readInstant(readText(query, 'since')),
      notificationId: readId(readText(query, 'notification_id')),
      ...(limit !== null && { limit: readLimit(limit) }),
    });
    return {
      messages: messages.map((message) => ({
        id: message.id,
        notification_id: message.notificationId,
        type: message.type,
        to: message.to,
        from: message.from,
        reply_to: message.replyTo,
        subject: message.subject,
        content: message.content,
        html: message.html,
        reference: message.reference,
        sent_at: message.sentAt.toISOString(),
      })),
    };
  });
  return server;
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A parameter, or null when it is absent or empty. */
function readText(query: Query, name: string): string | null {
  const value = query[name] ?? '';
  if (typeof value !== 'string') throw new AppError('REQUEST_INVALID', `${name} is given more than once`);
  if (value.includes('\0')) throw new AppError('REQUEST_INVALID', `${name} must not contain null characters`);
  return value === '' ? null : value;
}

function readId(text: string | null): string | null {
  const id = parseUuid(text);
  if (text !== null && id === null) {
    throw new AppError('REQUEST_INVALID', `notification_id is '${text}': expected the id of a notification`);
  }
  return id;
}

function readInstant(text: string | null): Date | null {
  if (text === null) return null;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) {
    throw new AppError('REQUEST_INVALID', `since is '${text}': expected a time such as 2026-01-31T12:00:00Z`);
  }
  return instant;
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new AppError('REQUEST_INVALID', `limit is '${text}': expected a whole number from 1 to 10000`);
}
