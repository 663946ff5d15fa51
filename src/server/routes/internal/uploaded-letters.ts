import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { decodeBase64 } from '../../../lib/core/base64.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { uploadLetterPdf } from '../../../lib/letters/precompiled-upload.ts';
import { sendPdfLetter } from '../../../lib/letters/send-pdf-letter.ts';
import { assertNotArchived, requireService } from '../../../lib/services/show-service.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { serviceIdOf } from './requests.ts';

const uploadBody = Type.Object({ content: Type.String() }, { additionalProperties: false });

const uuid = Type.String({ format: 'notify-uuid' });
const sendBody = Type.Object(
  {
    postage: Type.String({ format: 'notify-letter-postage' }),
    filename: Type.String(),
    created_by: uuid,
    file_id: uuid,
    recipient_address: Type.String(),
  },
  { additionalProperties: false },
);

/** PDFs that somebody uploads, looks at, and sends as letters (letters sheet §2.3). */
export function registerUploadedLetters(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/upload/letter', {
    POST: { body: uploadBody, handler: (request, reply) => upload(app, request, reply) },
  });
  routes('/service/:service_id/send-pdf-letter', {
    POST: { body: sendBody, handler: (request, reply) => send(app, request, reply) },
  });
}

/** Answers with what the checks found; a PDF that can be printed is kept, to be looked at and sent under this id. */
async function upload(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const pdf = decodeBase64((request.body as Static<typeof uploadBody>).content);
  if (pdf === null) throw new AppError('REQUEST_INVALID', 'Cannot decode letter content (invalid base64 encoding)');
  const fileId = app.ids.uuid();
  const checked = await uploadLetterPdf(app, { serviceId, fileId, pdf });
  const isKept = checked.file !== null;
  return reply.code(isKept ? 201 : 200).send({
    file_id: isKept ? fileId : null,
    page_count: checked.pageCount,
    message: checked.message,
    invalid_pages: checked.invalidPages,
    recipient_address: checked.recipientAddress,
  });
}

async function send(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const service = await requireService({ db: app.db }, serviceIdOf(request));
  assertNotArchived(service);
  const body = request.body as Static<typeof sendBody>;
  const { id, isNew } = await sendPdfLetter(app, {
    service,
    fileId: parseUuid(body.file_id)!,
    filename: body.filename,
    postage: body.postage,
    createdById: parseUuid(body.created_by)!,
    recipientAddress: body.recipient_address,
    requestId: request.traceId,
  });
  if (isNew) app.metrics.notificationsAccepted.inc({ type: 'letter', key_type: 'normal' });
  return reply.code(201).send({ id });
}
