import type { FastifyInstance, FastifySchema } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { letterPdf } from '../../../lib/letters/letter-pdf.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { registerResource } from '../../resource.ts';
import { uuid } from '../../schemas/notification-response.ts';

const schema: FastifySchema = {
  tags: ['Notifications'],
  operationId: 'getLetterPdf',
  summary: 'The PDF of a letter',
  description: 'Ask again after a while as long as the answer is `PDFNotReadyError`.',
  params: Type.Object({ id: uuid() }),
  response: {
    200: {
      description: 'The letter as it will be printed.',
      content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
    },
  },
  errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'REQUEST_INVALID', 'PDF_NOT_READY'],
};

/** `GET /v2/notifications/{id}/pdf` (public API sheet §7.3). */
export function registerLetterPdf(server: FastifyInstance, app: App): void {
  registerResource(server, '/v2/notifications/:id/pdf', {
    onRequest: authenticate(app),
    GET: {
      schema,
      handler: async (request, reply) => {
        const notificationId = parseUuid((request.params as { id: string }).id);
        if (notificationId === null) throw new AppError('VALIDATION_FAILED', 'notification_id is not a valid UUID');
        const { service } = callerOf(request);
        return reply.type('application/pdf').send(await letterPdf(app, { serviceId: service.id, notificationId }));
      },
    },
  });
}
