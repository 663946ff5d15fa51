import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import type { Template } from '../../../lib/templates/template.ts';
import { baseUrlOf } from '../../base-url.ts';

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
