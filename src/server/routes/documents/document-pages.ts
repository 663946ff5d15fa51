import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError, isAppError } from '../../../lib/core/errors.ts';
import { authenticateDocument } from '../../../lib/documents/authenticate-document.ts';
import { decodeId, directFileUrl, documentUrl, type DocumentKey } from '../../../lib/documents/document-link.ts';
import { mayOpen } from '../../../lib/documents/open-document.ts';
import { showDocument } from '../../../lib/documents/show-document.ts';
import type { DocumentView } from '../../../lib/documents/document.ts';
import { validateEmailAddress } from '../../../lib/recipients/email-address.ts';
import { findServiceForAuthentication } from '../../../lib/services/find-service.ts';
import { baseUrlOf } from '../../base-url.ts';
import { registerRawBody } from '../../plugins/json-body.ts';
import { registerResource } from '../../resource.ts';
import { giveAccess, readAccess, readKey } from './document-request.ts';
import { pageStyle } from './page-style.ts';
import {
  renderConfirm,
  renderDownload,
  renderGone,
  renderLanding,
  renderNotFound,
  renderTooManyTries,
  type ConfirmPage,
  type Sender,
} from './page-templates.ts';

const confirmStep = '/confirm-email-address';
const downloadStep = '/download';

/**
 * The pages between the link in an email and its file (public API sheet §4.5): `/d/<service>/<document>?key=…`, the form
 * that confirms the recipient's address where that is wanted, and the page with the link to the file.
 */
export function registerDocumentPages(server: FastifyInstance, app: App): void {
  registerRawBody(server);
  const policy = contentSecurityPolicy();
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'Content-Security-Policy': policy, 'X-Frame-Options': 'DENY' });
  });
  // Whatever is wrong with a link, its holder can only look at it again.
  server.setErrorHandler((error, _request, reply) => {
    if (!isAppError(error) || error.kind.httpStatus >= 500 || error.code === 'BODY_TOO_LARGE') throw error;
    return sendPage(reply, 404, renderNotFound());
  });

  const schema = { hide: true };
  const url = '/d/:service/:document';
  registerResource(server, url, { GET: { schema, handler: (request, reply) => land(app, request, reply) } });
  registerResource(server, `${url}${confirmStep}`, {
    GET: { schema, handler: (request, reply) => askForAddress(app, request, reply) },
    POST: { schema, handler: (request, reply) => confirmAddress(app, request, reply) },
  });
  registerResource(server, `${url}${downloadStep}`, {
    GET: { schema, handler: (request, reply) => offerDownload(app, request, reply) },
  });
}

interface Visit {
  readonly opening: DocumentKey;
  readonly document: DocumentView;
  readonly sender: Sender;
  readonly baseUrl: string;
}

async function land(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = await visitOf(app, request, reply);
  if (visit === null) return reply;
  const step = visit.document.verifyEmail ? confirmStep : downloadStep;
  const next = documentUrl(visit.baseUrl, visit.opening, step);
  return sendPage(reply, 200, renderLanding({ ...visit, next }));
}

async function askForAddress(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = await visitOf(app, request, reply);
  if (visit === null) return reply;
  if (!visit.document.verifyEmail) return goTo(reply, visit, downloadStep);
  return sendConfirm(reply, 200, visit);
}

async function confirmAddress(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = await visitOf(app, request, reply);
  if (visit === null) return reply;
  const { sender, opening, baseUrl } = visit;
  const form = new URLSearchParams(request.body instanceof Buffer ? request.body.toString() : '');
  const emailAddress = form.get('email_address')?.trim() ?? '';
  if (emailAddress === '') return sendConfirm(reply, 400, visit, { problem: 'missing', entered: '' });
  if (!validateEmailAddress(emailAddress).ok)
    return sendConfirm(reply, 400, visit, { problem: 'malformed', entered: emailAddress });
  try {
    const access = await authenticateDocument(app, { ...opening, emailAddress });
    if (access === null) return sendPage(reply, 410, renderGone({ sender }));
    const { token, document } = access;
    giveAccess(reply, token, [documentUrl(baseUrl, opening), directFileUrl(baseUrl, opening, document.extension)]);
  } catch (error) {
    if (isAppError(error, 'DOCUMENT_ADDRESS_WRONG'))
      return sendConfirm(reply, 403, visit, { problem: 'other', entered: emailAddress });
    if (isAppError(error, 'DOCUMENT_TRIES_USED_UP')) return sendPage(reply, 429, renderTooManyTries({ sender }));
    throw error;
  }
  return goTo(reply, visit, downloadStep);
}

async function offerDownload(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const visit = await visitOf(app, request, reply);
  if (visit === null) return reply;
  const { document, opening, baseUrl } = visit;
  if (document.verifyEmail && !mayOpen(app, opening, readAccess(request) ?? '')) return goTo(reply, visit, confirmStep);
  const fileUrl = directFileUrl(baseUrl, opening, document.extension);
  return sendPage(reply, 200, renderDownload({ ...visit, fileUrl }));
}

/** What a link leads to; null, and answered, when there is nothing (any more). */
async function visitOf(app: App, request: FastifyRequest, reply: FastifyReply): Promise<Visit | null> {
  const params = request.params as { service: string; document: string };
  const serviceId = decodeId(params.service);
  const documentId = decodeId(params.document);
  if (serviceId === null || documentId === null) throw new AppError('NOT_FOUND', 'No such document');
  const opening = { serviceId, documentId, key: readKey(request) };
  const document = await showDocument(app, opening);
  const service = await findServiceForAuthentication(app, serviceId);
  if (document === null || service === null) {
    await sendPage(reply, 410, renderGone({ sender: service }));
    return null;
  }
  return { opening, document, sender: service, baseUrl: baseUrlOf(app, request) };
}

function sendConfirm(
  reply: FastifyReply,
  status: number,
  { sender, baseUrl, opening }: Visit,
  { problem, entered }: Pick<ConfirmPage, 'problem' | 'entered'> = { problem: null, entered: '' },
): FastifyReply {
  const action = documentUrl(baseUrl, opening, confirmStep);
  return sendPage(reply, status, renderConfirm({ sender, action, entered, problem }));
}

function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

function goTo(reply: FastifyReply, { baseUrl, opening }: Visit, step: string): FastifyReply {
  return reply.redirect(documentUrl(baseUrl, opening, step), 303);
}

function contentSecurityPolicy(): string {
  const hash = createHash('sha256').update(pageStyle).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
