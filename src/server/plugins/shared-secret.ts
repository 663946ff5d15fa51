import type { FastifyReply, onRequestAsyncHookHandler } from 'fastify';
import { isOneOfSecrets } from '../../lib/core/same-secret.ts';

export interface SharedSecret {
  /** The header that holds it, in lower case. */
  readonly header: string;
  /** Any of them is taken; an empty list accepts nobody. */
  readonly secrets: readonly string[];
}

/**
 * Demands a secret before anything else of the request is looked at. In `authorization` it is a Bearer token or the
 * password of Basic, whoever the user; in any other header it stands as it is. What methods a path has is no secret.
 */
export function sharedSecret({ header, secrets }: SharedSecret): onRequestAsyncHookHandler {
  return async ({ method, headers }, reply) => {
    if (method === 'OPTIONS') return undefined;
    const value = headers[header];
    if (typeof value !== 'string') {
      reply.header('WWW-Authenticate', 'Bearer');
      return refuse(reply, 401, 'Unauthorized: authentication token must be provided');
    }
    const given = header === 'authorization' ? readAuthorization(value) : value;
    if (!isOneOfSecrets(given, secrets)) return refuse(reply, 403, 'Forbidden: invalid authentication token provided');
    return undefined;
  };
}

/** The secret of an Authorization header; empty, which no secret is, for what holds none. */
function readAuthorization(value: string): string {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(.*?) *$/i.exec(value) ?? [];
  if (scheme.toLowerCase() !== 'basic') return credentials;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? '' : text.slice(colon + 1);
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ result: 'error', message });
}
