import { fastify, LogController, type FastifyInstance } from 'fastify';
import type { App } from '../lib/app.ts';
import { registerIgnoredBodies, registerJsonBody } from './plugins/json-body.ts';
import { registerPlainErrors, registerV2Errors, sendNotFound } from './plugins/errors.ts';
import { registerResponseHeaders, setResponseHeaders } from './plugins/response-headers.ts';
import { registerNotifications } from './routes/v2/notifications.ts';
import { registerSends } from './routes/v2/sends.ts';
import { registerStatus } from './routes/status.ts';
import { createFormats } from './schemas/formats.ts';
import { createValidatorCompiler } from './schemas/validator-compiler.ts';

const bodyLimit = 10 * 1024 * 1024;

/** The public API of an app, not yet listening. */
export async function buildServer(app: App): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: app.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    // A token that is too long is refused as one, not by the HTTP parser.
    http: { maxHeaderSize: 64 * 1024 },
    handlerTimeout: app.config.requestTimeout * 1000,
    trustProxy: app.config.trustedProxies.length > 0 ? [...app.config.trustedProxies] : false,
    // Longer than any request line: that something is no id is for its route to say, after authentication.
    routerOptions: { maxParamLength: 64 * 1024 },
    // A path that cannot be decoded.
    frameworkErrors(_error, request, reply) {
      setResponseHeaders(request, reply);
      void sendNotFound(reply);
    },
    // While draining, requests that still arrive are served.
    return503OnClosing: false,
  }) as unknown as FastifyInstance;
  server.setValidatorCompiler(createValidatorCompiler(createFormats(app.clock)));
  registerResponseHeaders(server);
  registerIgnoredBodies(server);
  registerPlainErrors(server);
  server.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    app.metrics.httpRequestSeconds.observe(labels, reply.elapsedTime / 1000);
    request.log.debug({ ...labels, ms: Math.round(reply.elapsedTime), traceId: request.traceId }, 'Request');
  });

  registerStatus(server, app);
  await server.register(async (v2) => {
    registerV2Errors(v2);
    registerNotifications(v2, app);
    await v2.register(async (sends) => {
      registerJsonBody(sends);
      registerSends(sends, app);
    });
  });
  return server;
}
