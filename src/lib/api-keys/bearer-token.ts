import { AppError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { checkClaims, decodeToken, type DecodedToken } from './json-web-token.ts';

/** The checks of an `Authorization` header that services and internal clients share (public API sheet §2). */

const maxHeaderLength = 4096;

const generalMessage =
  'Invalid token: make sure your API token matches the example at https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header';

/**
 * Takes a header apart; nothing in the token is trusted yet.
 *
 * @throws AppError AUTH_MISSING without a token; AUTH_INVALID for what is none, or names no issuer
 */
export function readBearerToken(authorization: string | undefined): { token: DecodedToken; issuer: JsonValue } {
  if (authorization === undefined || authorization === '') {
    throw new AppError('AUTH_MISSING', 'Unauthorized: authentication token must be provided');
  }
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') {
    throw new AppError('AUTH_MISSING', 'Unauthorized: authentication bearer scheme must be used');
  }
  const token = authorization.length > maxHeaderLength ? null : decodeToken(authorization.slice(7).trim());
  if (token === null) throw refused(generalMessage);
  const issuer = token.payload['iss'];
  if (issuer === undefined) throw refused('Invalid token: iss field not provided');
  return { token, issuer };
}

/** @throws AppError AUTH_INVALID; to be asked before any signature is looked at */
export function assertAlgorithm({ header }: DecodedToken): void {
  if (header['alg'] !== 'HS256') throw refused('Invalid token: algorithm used is not HS256');
}

/** Checks the times and the rest of a token whose signature is right. @throws AppError AUTH_INVALID */
export function assertClaims({ payload }: DecodedToken, now: Date): void {
  switch (checkClaims(payload, now.getTime())) {
    case 'clock':
      throw refused('Error: Your system clock must be accurate to within 30 seconds');
    case 'unusable':
      throw keyNotFound();
    case 'malformed':
      throw refused(generalMessage);
    case null:
  }
}

export function keyNotFound(): AppError {
  return refused('Invalid token: API key not found');
}

export function refused(message: string): AppError {
  return new AppError('AUTH_INVALID', message);
}
