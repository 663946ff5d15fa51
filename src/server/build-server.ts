import { fastify, LogController, type FastifyInstance } from 'fastify';
import type { App } from '../lib/app.ts';
import { registerIdempotencyRelease } from './plugins/idempotency.ts';
import { registerIgnoredBodies, registerJsonBody, registerRawBody } from './plugins/json-body.ts';
import { refuseBrokenRequest, registerBrokenRequests } from './plugins/broken-requests.ts';
import { registerPlainErrors, registerV1Errors, registerV2Errors, sendNotFound } from './plugins/errors.ts';
import { registerOpenApi } from './plugins/openapi.ts';
import { registerRequestMetrics } from './plugins/request-metrics.ts';
import { registerRequestTimeout } from './plugins/request-timeout.ts';
import { registerResponseHeaders, setResponseHeaders } from './plugins/response-headers.ts';
import { registerDocuments } from './routes/documents/register-documents.ts';
import { registerInternal } from './routes/internal/register-internal.ts';
import { registerReceipts } from './routes/receipts/register-receipts.ts';
import { registerV1Notifications } from './routes/v1/notifications.ts';
import { registerV1Sends } from './routes/v1/sends.ts';
import { registerBroadcasts } from './routes/v2/broadcasts.ts';
import { registerLetterPdf } from './routes/v2/letter-pdf.ts';
import { registerLetters } from './routes/v2/letters.ts';
import { registerNotifications } from './routes/v2/notifications.ts';
import { registerReceivedTexts } from './routes/v2/received-texts.ts';
import { registerSends } from './routes/v2/sends.ts';
import { registerTemplatePreview } from './routes/v2/template-preview.ts';
import { registerTemplates } from './routes/v2/templates.ts';
import { registerLiveCounts } from './routes/live-counts.ts';
import { registerStatus } from './routes/status.ts';
import { registerUnsubscribe } from './routes/unsubscribe.ts';
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
    http: { maxHeaderSize: 64 * 1024, requireHostHeader: false },
    clientErrorHandler: refuseBrokenRequest,
    // A logger of each request would cost more than what is written with it; lines name the trace id instead.
    childLoggerFactory: (logger) => logger,
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
  // Schemas of answers are documentation: nothing is cut to fit them, and no time is lost.
  server.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  registerResponseHeaders(server);
  registerIgnoredBodies(server);
  registerBrokenRequests(server);
  registerPlainErrors(server);
  registerRequestTimeout(server, app.config.requestTimeout * 1000);
  registerRequestMetrics(server, app);

  registerOpenApi(server, app);
  registerStatus(server, app);
  registerLiveCounts(server, app);
  registerUnsubscribe(server, app);
  await server.register(async (v2) => {
    registerV2Errors(v2);
    registerNotifications(v2, app);
    registerTemplates(v2, app);
    registerReceivedTexts(v2, app);
    await v2.register(async (previews) => {
      registerJsonBody(previews, { optional: true });
      registerTemplatePreview(previews, app);
    });
    registerLetterPdf(v2, app);
    await v2.register(async (documents) => {
      registerRawBody(documents);
      registerBroadcasts(documents, app);
    });
    await v2.register(async (sends) => {
      registerRawBody(sends);
      registerIdempotencyRelease(sends, app);
      registerSends(sends, app);
      registerLetters(sends, app);
    });
  });
  await server.register(async (v1) => {
    registerV1Errors(v1);
    registerV1Notifications(v1, app);
    await v1.register(async (sends) => {
      registerJsonBody(sends);
      registerV1Sends(sends, app);
    });
  });
  await server.register(async (internal) => registerInternal(internal, app));
  await server.register(async (receipts) => registerReceipts(receipts, app));
  await server.register((documents) => registerDocuments(documents, app));
  return server;
}
