import type { FastifyInstance } from 'fastify';
import { AppError } from '../../lib/core/errors.ts';
import { isRawJsonNumber, parseJson, type JsonValue } from '../../lib/core/json.ts';

const maxDepth = 100;

/**
 * Reads every body as JSON, whatever its content type says (public API sheet §1). A falsy body counts as `{}`; an empty
 * one is not JSON.
 */
export function registerJsonBody(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, readJsonBody(text as string));
    } catch (error) {
      done(error as Error);
    }
  });
  // Without a body no parser runs, and the body would be undefined.
  server.addHook('preValidation', async (request) => {
    if (request.body === undefined && request.method === 'POST' && request.routeOptions.schema?.body)
      throw invalidJson();
  });
}

/** @throws AppError BODY_NOT_JSON */
export function readJsonBody(text: string): unknown {
  if (nestingDepth(text) > maxDepth) throw invalidJson();
  try {
    const body = parseJson(text);
    return isFalsy(body) ? {} : body;
  } catch (error) {
    throw invalidJson(error);
  }
}

/** Falsy as in Python: an empty list is, and so is 0 however it is spelled. */
function isFalsy(body: JsonValue): boolean {
  if (Array.isArray(body)) return body.length === 0;
  return isRawJsonNumber(body) ? Number(body.rawJSON) === 0 : !body;
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
