import type { FastifyError, FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { OpenApiDocument } from '../openapi-document.ts';
import { registerResource } from '../resource.ts';
import { registerPlainErrors, sendNotFound } from './errors.ts';
import { registerResponseHeaders } from './response-headers.ts';

/** Everything comes from here; the page is drawn by a script, which sets styles. Frames are left to X-Frame-Options. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** `GET /docs`: the OpenAPI document for people, with nothing fetched from elsewhere. Loaded when first asked for. */
export function registerDocsPage(server: FastifyInstance, readDocument: () => Promise<OpenApiDocument>): void {
  let pages: Promise<FastifyInstance> | null = null;
  const handler: RouteHandlerMethod = async (request, reply) => {
    const built = await (pages ??= readDocument().then((document) => buildDocsPages(server, document)));
    reply.hijack();
    built.routing(request.raw, reply.raw);
  };
  for (const url of ['/docs', '/docs/*']) registerResource(server, url, { GET: { schema: { hide: true }, handler } });
  // What the page fetches is named relative to the address without the slash.
  const toPage: RouteHandlerMethod = (_request, reply) => reply.redirect('/docs', 308);
  registerResource(server, '/docs/', { GET: { schema: { hide: true }, handler: toPage } });
  server.addHook('onClose', async () => {
    if (pages !== null) await (await pages).close();
  });
}

/** A server of its own, without a listener: most processes never need what it loads. */
async function buildDocsPages(server: FastifyInstance, document: OpenApiDocument): Promise<FastifyInstance> {
  const [{ fastify, LogController }, { default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const pages = fastify({
    loggerInstance: server.log,
    logController: new LogController({ disableRequestLogging: true }),
  }) as unknown as FastifyInstance;
  registerResponseHeaders(pages);
  registerPlainErrors(pages);
  await pages.register(swagger, { mode: 'static', specification: { document: document as never } });
  await pages.register(async (scope) => {
    // A path of no file, however it is no file.
    scope.setErrorHandler<FastifyError>((error, _request, reply) => {
      if ((error.statusCode ?? 500) >= 500) throw error;
      return sendNotFound(reply);
    });
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: contentSecurityPolicy,
      theme: { title: document.info.title },
      uiConfig: { layout: 'BaseLayout', deepLinking: true },
    });
  });
  await pages.ready();
  return pages;
}
