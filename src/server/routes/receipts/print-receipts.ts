import type { FastifyInstance, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { receivePrintCallback } from '../../../lib/print-runs/receive-print-callback.ts';
import { registerResource } from '../../resource.ts';
import { printAnswer, receiptProblems, snsEnvelope } from '../../schemas/receipt.ts';
import { bodyText, providerRoute } from './provider-body.ts';

const schema: FastifySchema = {
  tags: ['Receipts'],
  operationId: 'receivePrintFile',
  summary: 'What Amazon S3 says of files that the print provider wrote, through SNS',
  description: 'Files of responses are read from the storage when that is configured; others are left alone.',
  consumes: ['text/plain'],
  body: snsEnvelope,
  response: { 200: printAnswer, 400: receiptProblems },
  errors: ['AUTH_INVALID'],
};

/** `POST /notifications/letter/dvla` (letters sheet §11). */
export function registerPrintReceipts(server: FastifyInstance, app: App): void {
  registerResource(server, '/notifications/letter/dvla', {
    POST: providerRoute({
      schema,
      handler: async (request) => {
        await receivePrintCallback(app, { body: bodyText(request), requestId: request.traceId });
        return { result: 'success', message: 'DVLA callback succeeded' };
      },
    }),
  });
}
