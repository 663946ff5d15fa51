import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/core/errors.ts';

/**
 * Answers 504 to a request that takes too long (public API sheet §1). What it began goes on: a message that is accepted
 * after that is sent all the same.
 *
 * Fastify's own time limit makes and aborts a signal for each request, which costs a tenth of its time.
 */
export function registerRequestTimeout(server: FastifyInstance, limitMs: number): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  server.addHook('onRequest', (request, reply, done) => {
    const timer = setTimeout(() => {
      if (!reply.sent) void reply.send(new AppError('REQUEST_TIMEOUT', 'Timeout serving request'));
    }, limitMs);
    // One of a request that is given up at the end must not hold the process.
    timers.set(request, timer.unref());
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    clearTimeout(timers.get(request));
    done();
  });
}
