import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../../lib/core/errors.ts';
import { accessSeconds } from '../../../lib/documents/document-access.ts';
import { decodeKey } from '../../../lib/documents/document-link.ts';

const cookieName = 'document_access_signed_data';

/**
 * The key in the query of a link.
 *
 * @throws AppError REQUEST_INVALID
 */
export function readKey(request: FastifyRequest): Buffer {
  const { key } = request.query as { key?: unknown };
  if (key === undefined || key === '') throw new AppError('REQUEST_INVALID', 'Missing decryption key');
  return requireKey(key);
}

/** @throws AppError REQUEST_INVALID for what is no key */
export function requireKey(text: unknown): Buffer {
  const key = typeof text === 'string' ? decodeKey(text) : null;
  if (key === null) throw new AppError('REQUEST_INVALID', 'Invalid decryption key');
  return key;
}

/** What the browser got when the recipient's address was confirmed; null when it has nothing. */
export function readAccess(request: FastifyRequest): string | null {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  const found = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`));
  return found?.slice(cookieName.length + 1) ?? null;
}

/** Gives the browser its token, for the pages of one document and for its file. */
export function giveAccess(reply: FastifyReply, token: string, urls: readonly string[]): void {
  const cookies = urls.map((text) => {
    const { pathname, protocol } = new URL(text);
    const secure = protocol === 'https:' ? '; Secure' : '';
    return `${cookieName}=${token}; Path=${pathname}; Max-Age=${accessSeconds}; HttpOnly; SameSite=Lax${secure}`;
  });
  reply.header('Set-Cookie', cookies);
}
