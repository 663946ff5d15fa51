import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { receivePrintCallback } from '../../../lib/print-runs/receive-print-callback.ts';
import { receivePrintStatus, requirePrintToken } from '../../../lib/print-runs/receive-print-status.ts';
import { registerV2Errors } from '../../plugins/errors.ts';
import { parseJsonBody } from '../../plugins/json-body.ts';
import { registerResource } from '../../resource.ts';
import { printAnswer, printStatus, receiptProblems, snsEnvelope } from '../../schemas/receipt.ts';
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

const statusSchema: FastifySchema = {
  tags: ['Receipts'],
  operationId: 'receivePrintStatus',
  summary: 'What the API of the print provider says became of a letter',
  description: 'The provider is given the URL, whose token is of one letter, with each of them.',
  querystring: {
    type: 'object',
    properties: { token: { type: 'string', description: 'Names the letter.' } },
    required: ['token'],
  },
  body: printStatus,
  response: { 204: { type: 'null', description: 'It is recorded.' } },
  errors: ['AUTH_INVALID', 'VALIDATION_FAILED', 'BODY_NOT_JSON'],
};

/** `POST /notifications/letter/dvla` (letters sheet §11) and `POST /notifications/letter/status` (delivery sheet §6.3). */
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
  void server.register(async (letters) => {
    registerV2Errors(letters);
    registerResource(letters, '/notifications/letter/status', {
      POST: providerRoute({
        schema: statusSchema,
        handler: async (request, reply) => {
          const notificationId = requirePrintToken(app, tokenOf(request));
          parseJsonBody(request);
          await receivePrintStatus(app, { notificationId, body: request.body });
          return reply.code(204).send();
        },
      }),
    });
  });
}

function tokenOf({ query }: FastifyRequest): string {
  const { token } = query as { token?: string | readonly string[] };
  return typeof token === 'string' ? token : '';
}
