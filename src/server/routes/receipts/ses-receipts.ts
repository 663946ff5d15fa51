import type { FastifyInstance, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { receiveSesCallback } from '../../../lib/receipts/receive-ses-callback.ts';
import { registerResource } from '../../resource.ts';
import { receiptProblems, sesAnswer, snsEnvelope } from '../../schemas/receipt.ts';
import { bodyText, providerRoute } from './provider-body.ts';

const schema: FastifySchema = {
  tags: ['Receipts'],
  operationId: 'receiveSesReceipt',
  summary: 'What Amazon SES says became of an email, through SNS',
  description: 'Subscribe it to the topic of your configuration set: the subscription is confirmed by itself.',
  consumes: ['text/plain'],
  body: snsEnvelope,
  response: { 200: sesAnswer, 400: receiptProblems },
  errors: ['AUTH_INVALID'],
};

/** `POST /notifications/email/ses` (delivery sheet §6.2). */
export function registerSesReceipts(server: FastifyInstance, app: App): void {
  registerResource(server, '/notifications/email/ses', {
    POST: providerRoute({
      schema,
      handler: async (request) => {
        await receiveSesCallback(app, { body: bodyText(request), requestId: request.traceId });
        return { result: 'success', message: 'SES callback succeeded' };
      },
    }),
  });
}
