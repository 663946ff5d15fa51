import type { FastifyInstance } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { registerDocumentFiles } from './document-files.ts';
import { registerDocumentPages } from './document-pages.ts';

/** Files that were sent by email: what their recipients see, and what programs ask for. Links are not to be told on. */
export async function registerDocuments(server: FastifyInstance, app: App): Promise<void> {
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'X-Robots-Tag': 'noindex, nofollow', 'Referrer-Policy': 'no-referrer' });
  });
  await server.register((files) => registerDocumentFiles(files, app));
  await server.register(async (pages) => registerDocumentPages(pages, app));
}
