import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { isAppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import { previewTemplateOfService } from '../../../lib/templates/preview-template-of-service.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { registerResource } from '../../resource.ts';
import { previewRequest, templateParams } from '../../schemas/template-request.ts';
import { previewAnswer } from '../../schemas/template-response.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';

/** `POST /v2/template/{id}/preview` (public API sheet §8). */
export function registerTemplatePreview(server: FastifyInstance, app: App): void {
  registerResource(server, '/v2/template/:id/preview', {
    onRequest: authenticate(app),
    POST: {
      schema: {
        tags: ['Templates'],
        operationId: 'previewTemplate',
        summary: 'A template with values put in; nothing is sent',
        params: templateParams,
        body: previewRequest,
        bodyOptional: true,
        response: { 200: previewAnswer },
        errors: ['REQUEST_INVALID', 'NOT_FOUND'],
      },
      // What is wrong with the id is said together with what is wrong with the body.
      attachValidation: true,
      handler: (request) => preview(app, request),
    },
  });
}

async function preview(app: App, request: FastifyRequest): Promise<object> {
  const templateId = parseUuid((request.params as { id: string }).id);
  const problems = [...(templateId === null ? ['id is not a valid UUID'] : []), ...problemsOf(request.validationError)];
  if (templateId === null || problems.length > 0) throw validationFailed(problems);
  const { personalisation = {} } = request.body as { personalisation?: JsonObject };
  const serviceId = callerOf(request).service.id;
  return previewTemplateOfService(app, { serviceId, templateId, personalisation });
}

function problemsOf(error: Error | undefined): readonly string[] {
  if (error === undefined) return [];
  if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
  return error.details!['messages'] as string[];
}
