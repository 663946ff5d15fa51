import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../lib/core/errors.ts';
import { isRawJsonNumber, parseJson, type JsonValue } from '../../lib/core/json.ts';

const maxDepth = 100;

/**
 * Bodies of the whole server: the content type is never looked at (public API sheet §1), and a body that no route asked
 * for is thrown away unread, however wrong or long.
 */
export function registerIgnoredBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, undefined);
  });
  // Fastify refuses a content type that it cannot read before any parser is asked.
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    raw.headers['content-type'] = undefined;
    done();
  });
}

/** Keeps the bodies of the routes of this scope as they came, for `parseJsonBody`. */
export function registerRawBody(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes as Buffer));
}

/** Reads the bodies of the routes of this scope as JSON; an `optional` one may be left out, which counts as `{}`. */
export function registerJsonBody(server: FastifyInstance, { optional = false }: { optional?: boolean } = {}): void {
  registerRawBody(server);
  server.addHook('preValidation', async (request) => {
    if (request.method !== 'POST') return;
    if (optional && (request.body === undefined || (request.body as Buffer).length === 0)) request.body = {};
    else parseJsonBody(request);
  });
}

/** Reads a raw body as JSON. A falsy body counts as `{}`; an empty one, or none, is not JSON. */
export function parseJsonBody(request: FastifyRequest): void {
  request.body = readJsonBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
}

/** @throws AppError BODY_NOT_JSON */
export function readJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalidJson();
  const text = bytes.toString('utf8');
  if (nestingDepth(text) > maxDepth) throw invalidJson();
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw invalidJson(error);
  }
  return isFalsy(value) ? {} : value;
}

/** What Python takes for false: an empty list and every spelling of zero, too. */
function isFalsy(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRawJsonNumber(value) ? Number(value.rawJSON) === 0 : !value;
}

function invalidJson(cause?: unknown): AppError {
  return new AppError('BODY_NOT_JSON', 'Invalid JSON supplied in POST data', { cause });
}

/** The deepest nesting of brackets outside strings: what comes later recurses, and must not run out of stack. */
function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        inString = !inString;
        break;
      case 0x5c: // backslash: the next character is not special
        if (inString) index += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (!inString && ++depth > deepest) deepest = depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (!inString) depth -= 1;
    }
  }
  return deepest;
}
