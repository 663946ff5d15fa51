import type { onRequestAsyncHookHandler, preValidationAsyncHookHandler } from 'fastify';
import type { App } from '../../lib/app.ts';
import type { NotificationType } from '../../lib/notifications/notification.ts';
import { authenticate, callerOf } from './authenticate.ts';
import { replayIdempotent } from './idempotency.ts';
import { parseJsonBody } from './json-body.ts';

interface SendHooks {
  readonly onRequest: onRequestAsyncHookHandler;
  readonly preValidation: preValidationAsyncHookHandler;
}

/**
 * What comes before the validation of a request that sends a message, in the order of the public API sheet §4.2: the
 * caller, a replay of an answer, the limits, the JSON. The scope keeps bodies raw (`registerRawBody`).
 */
export function sendHooks(app: App, notificationType: NotificationType): SendHooks {
  return {
    onRequest: authenticate(app),
    async preValidation(request, reply) {
      if (await replayIdempotent(app, request, reply)) return reply;
      const { service, apiKey } = callerOf(request);
      await app.limits.assertWithinLimits({ service, keyType: apiKey.keyType, notificationType });
      parseJsonBody(request);
    },
  };
}
