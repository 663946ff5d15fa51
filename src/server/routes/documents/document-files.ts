import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Static } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import { AppError, isAppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { authenticateDocument } from '../../../lib/documents/authenticate-document.ts';
import { directFileUrl, documentUrl, type DocumentKey } from '../../../lib/documents/document-link.ts';
import { isSavedByBrowsers } from '../../../lib/documents/document-type.ts';
import type { DocumentView } from '../../../lib/documents/document.ts';
import { openDocument } from '../../../lib/documents/open-document.ts';
import { showDocument } from '../../../lib/documents/show-document.ts';
import { baseUrlOf } from '../../base-url.ts';
import { registerJsonBody } from '../../plugins/json-body.ts';
import { registerResource } from '../../resource.ts';
import {
  authenticateAnswer,
  authenticateRequest,
  documentError,
  documentFile,
  documentMetadata,
  documentParams,
  documentQuery,
} from '../../schemas/document.ts';
import { readAccess, readKey, requireKey } from './document-request.ts';

const badKey = documentError('The key is missing or wrong.');
const gone = documentError('No such file, or not any more.');

const fileSchema: FastifySchema = {
  tags: ['Documents'],
  operationId: 'getDocument',
  summary: 'A file that was sent by email',
  description: 'A browser without access is sent to the page that the link of the email leads to.',
  params: documentParams,
  querystring: documentQuery,
  response: {
    200: documentFile,
    303: { description: 'To the page of the link, for browsers.', type: 'null' },
    400: badKey,
    403: documentError("The recipient's address has to be confirmed first."),
    404: gone,
  },
};

const metadataSchema: FastifySchema = {
  tags: ['Documents'],
  operationId: 'checkDocument',
  summary: 'What is known of a file that was sent by email',
  params: documentParams,
  querystring: documentQuery,
  response: { 200: documentMetadata, 400: badKey, 404: gone },
};

const authenticateSchema: FastifySchema = {
  tags: ['Documents'],
  operationId: 'authenticateDocument',
  summary: "Confirm the recipient's address of a file",
  params: documentParams,
  body: authenticateRequest,
  response: {
    200: authenticateAnswer,
    400: documentError('The key is wrong, or the body does not fit.'),
    403: documentError('The file was sent to another address.'),
    404: gone,
    429: documentError('More than 50 addresses were tried in 5 minutes.'),
  },
};

/** Files without pages before them, and what is known of them (public API sheet §4.5). */
export async function registerDocumentFiles(server: FastifyInstance, app: App): Promise<void> {
  server.setErrorHandler((error, _request, reply) => {
    if (!isAppError(error) || error.kind.httpStatus >= 500 || error.code === 'BODY_TOO_LARGE') throw error;
    if (error.code === 'DOCUMENT_TRIES_USED_UP') reply.header('Retry-After', '300');
    return reply.code(error.kind.httpStatus).send({ error: error.message });
  });

  const url = '/services/:id/documents/:file';
  registerResource(server, url, {
    GET: { schema: fileSchema, handler: (request, reply) => sendFile(app, request, reply) },
  });
  registerResource(server, `${url}/check`, {
    GET: { schema: metadataSchema, handler: (request) => check(app, request) },
  });
  await server.register(async (posts) => {
    registerJsonBody(posts);
    registerResource(posts, `${url}/authenticate`, {
      POST: { schema: authenticateSchema, handler: (request) => authenticate(app, request) },
    });
  });
}

async function sendFile(app: App, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { place, extension } = placeOf(request);
  const opening = { ...place, key: readKey(request) };
  try {
    const opened = await openDocument(app, { ...opening, token: readAccess(request) });
    if (opened === null || (extension ?? opened.document.extension) !== opened.document.extension) throw notFound();
    return reply.headers(headersOf(opened.document, opened.content)).send(opened.content);
  } catch (error) {
    const isForPerson = (request.headers.accept ?? '').includes('text/html');
    if (!isForPerson || !(isAppError(error, 'DOCUMENT_ADDRESS_WRONG') || isAppError(error, 'NOT_FOUND'))) throw error;
    return reply.redirect(documentUrl(baseUrlOf(app, request), opening), 303);
  }
}

async function check(app: App, request: FastifyRequest): Promise<Static<typeof documentMetadata>> {
  const opening = { ...placeOf(request).place, key: readKey(request) };
  const document = await showDocument(app, opening);
  if (document === null) return { document: null };
  return {
    document: {
      direct_file_url: directFileUrl(baseUrlOf(app, request), opening, document.extension),
      verify_email: document.verifyEmail,
      size_in_bytes: document.sizeBytes,
      file_extension: document.extension,
      filename: document.filename,
      available_until: toApiDateTime(document.availableUntil),
    },
  };
}

async function authenticate(app: App, request: FastifyRequest): Promise<Static<typeof authenticateAnswer>> {
  const { key, email_address: emailAddress } = request.body as Static<typeof authenticateRequest>;
  const opening = { ...placeOf(request).place, key: requireKey(key) };
  const access = await authenticateDocument(app, { ...opening, emailAddress });
  if (access === null) throw notFound();
  const { token, document } = access;
  return {
    signed_data: token,
    direct_file_url: directFileUrl(baseUrlOf(app, request), opening, document.extension),
  };
}

function placeOf(request: FastifyRequest): { place: Omit<DocumentKey, 'key'>; extension: string | null } {
  const { id, file } = request.params as Static<typeof documentParams>;
  const [, name = '', extension = null] = /^([^.]+)(?:\.([a-z]+))?$/.exec(file) ?? [];
  const serviceId = parseUuid(id);
  const documentId = parseUuid(name);
  if (serviceId === null || documentId === null) throw notFound();
  return { place: { serviceId, documentId }, extension };
}

function notFound(): AppError {
  return new AppError('NOT_FOUND', 'No such file, or it is not available any more');
}

/**
 * The file comes from somebody else: the browser is to take it for what it is said to be, and to run nothing in it. But
 * the PDF viewers of browsers are programs themselves, which a sandbox keeps from showing anything.
 */
function headersOf({ extension, mimeType, filename }: DocumentView, content: Buffer): Record<string, string> {
  const isPdf = extension === 'pdf';
  const isPlain = mimeType.startsWith('text/') && isUtf8(content);
  const disposition = isSavedByBrowsers(extension) ? 'attachment' : 'inline';
  return {
    'Content-Type': isPlain ? `${mimeType}; charset=utf-8` : mimeType,
    'Content-Disposition': `${disposition}${filename === null ? '' : filenameParameters(filename)}`,
    'Content-Security-Policy': `${isPdf ? '' : "default-src 'none'; sandbox; "}base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'X-Frame-Options': 'DENY',
  };
}

/** The name twice: in ASCII, and as it is (RFC 6266). */
function filenameParameters(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
