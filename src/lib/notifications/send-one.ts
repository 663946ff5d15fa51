import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { requireService } from '../services/show-service.ts';
import { showTemplate } from '../templates/show-template.ts';
import { systemUserId } from '../users/user.ts';
import { acceptNotification, type AcceptDeps, type AcceptedNotification } from './accept-notification.ts';

export interface SendOneInput {
  readonly templateId: string;
  readonly to: string;
  readonly personalisation: JsonObject;
  readonly clientReference: string | null;
  readonly senderId: string | null;
}

/**
 * Sends one message by hand: the service and the type come from the template, the rest is what the API does for a live
 * key.
 *
 * @throws AppError NOT_FOUND for an unknown template; REFUSED for an archived service or a letter; else as
 *   `acceptNotification`
 */
export async function sendOne(deps: AcceptDeps, input: SendOneInput): Promise<AcceptedNotification> {
  const template = await showTemplate(deps, { templateId: input.templateId });
  if (template.templateType === 'letter') {
    throw new AppError(
      'REFUSED',
      `Template '${template.name}' is a letter: only text messages and emails can be sent by hand`,
    );
  }
  const service = await requireService(deps, template.serviceId);
  if (!service.active) throw new AppError('REFUSED', `Service '${service.name}' is archived`);
  return acceptNotification(deps, {
    service,
    apiKey: null,
    notificationType: template.templateType,
    to: input.to,
    templateId: template.id,
    personalisation: input.personalisation,
    clientReference: input.clientReference,
    senderId: input.senderId,
    unsubscribeUrl: null,
    sanitiseContentFor: null,
    createdById: systemUserId,
    requestId: null,
    idempotentAnswer: null,
  });
}
