/** The internal API for the tests of a file: requests with the token of its client. */
import { createHmac } from 'node:crypto';
import type { TestAppOptions } from '../support/test-app.ts';
import { useApi, type ApiAnswer, type ApiRequest, type TestApi } from './api.ts';

export const internalSecrets = ['the-newer-secret', 'the-older-secret'] as const;

export interface InternalApi extends TestApi {
  /** A request of the internal client. */
  internal(path: string, request?: ApiRequest): Promise<ApiAnswer>;
}

export interface TokenParts {
  readonly header?: object;
  readonly claims?: object;
  readonly secret?: string;
}

/** A token as the internal client makes it; what is said replaces what it would say. */
export function internalToken(now: Date, { header, claims, secret = internalSecrets[0] }: TokenParts = {}): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = claims ?? { iss: 'notify-admin', iat: Math.floor(now.getTime() / 1000) };
  const signed = `${encode(header ?? { alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export function useInternalApi(options: TestAppOptions = {}): InternalApi {
  const config = { internalClients: { 'notify-admin': internalSecrets }, ...options.config };
  const api = useApi({ ...options, config }) as InternalApi;
  api.internal = (path, request = {}) => {
    const authorization = `Bearer ${internalToken(api.clock.now())}`;
    return api.call(path, { ...request, headers: { authorization, ...request.headers } });
  };
  return api;
}
