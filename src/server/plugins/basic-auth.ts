import type { FastifyReply, onRequestAsyncHookHandler } from 'fastify';
import { isOneOfSecrets } from '../../lib/core/same-secret.ts';

/** Who may show what: any of the users with any of the passwords. An empty list accepts nobody. */
export interface BasicCredentials {
  readonly users: readonly string[];
  readonly passwords: readonly string[];
}

/**
 * Demands a user and a password before anything else of the request is looked at (delivery sheet §6.4). What methods a
 * path has is no secret.
 */
export function basicAuth({ users, passwords }: BasicCredentials): onRequestAsyncHookHandler {
  return async ({ method, headers: { authorization } }, reply) => {
    if (method === 'OPTIONS') return undefined;
    if (authorization === undefined) {
      reply.header('WWW-Authenticate', 'Bearer');
      return refuse(reply, 401, 'Unauthorized: authentication token must be provided');
    }
    const [user, password] = readCredentials(authorization);
    // Both, always: which of them was wrong is nobody's business.
    const accepted = [isOneOfSecrets(user, users), isOneOfSecrets(password, passwords)];
    if (accepted.includes(false)) return refuse(reply, 403, 'Forbidden: invalid authentication token provided');
    return undefined;
  };
}

/** User and password of a header; what is none gives two that nobody can have configured. */
function readCredentials(authorization: string): readonly [user: string, password: string] {
  const [, encoded = ''] = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ result: 'error', message });
}
