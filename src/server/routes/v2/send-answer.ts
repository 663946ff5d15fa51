import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import type { IdempotentAnswer } from '../../../lib/idempotency/idempotency-key.ts';
import type { Template } from '../../../lib/templates/template.ts';
import { baseUrlOf } from '../../base-url.ts';
import { idempotencyClaimOf } from '../../plugins/idempotency.ts';

/** What the 201 of every message made from a template says (public API sheet §4.3). */
export function commonAnswer(
  app: App,
  request: FastifyRequest,
  { id, template, reference }: { id: string; template: Template; reference: string | undefined },
): object {
  const baseUrl = baseUrlOf(app, request);
  return {
    id,
    reference: reference ?? null,
    uri: `${baseUrl}/v2/notifications/${id}`,
    template: {
      id: template.id,
      version: template.version,
      uri: `${baseUrl}/services/${template.serviceId}/templates/${template.id}`,
    },
    scheduled_for: null,
  };
}

/** What to keep under the request's idempotency key; null without one. */
export function keptAnswer<Accepted>(
  request: FastifyRequest,
  answerTo: (accepted: Accepted) => string,
): ((accepted: Accepted) => IdempotentAnswer) | null {
  const claimId = idempotencyClaimOf(request);
  return claimId === null ? null : (accepted) => ({ claimId, body: answerTo(accepted) });
}
