import type { ApiKey } from '../api-keys/api-key.ts';
import { AppError } from '../core/errors.ts';
import type { Service } from '../services/service.ts';
import type { BroadcastMessage } from './broadcast-message.ts';
import { cancelApiBroadcast } from './cancel-api-broadcast.ts';
import { createApiBroadcast } from './create-broadcast.ts';
import type { MoveBroadcastDeps } from './move-broadcast.ts';
import { readCapAlert, requireCapContentType } from './xml/read-cap-alert.ts';

export interface AcceptCapInput {
  readonly service: Service;
  readonly apiKey: ApiKey;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * Takes a CAP document of a service: a new alert, which waits for approval, or the cancellation of an earlier one
 * (broadcasts sheet §11).
 *
 * @throws AppError REQUEST_INVALID, AUTH_INVALID, CONTENT_TYPE_UNSUPPORTED, VALIDATION_FAILED, NOT_FOUND
 */
export async function acceptCapBroadcast(deps: MoveBroadcastDeps, input: AcceptCapInput): Promise<BroadcastMessage> {
  const { service, apiKey, contentType, body } = input;
  if (!service.permissions.includes('broadcast'))
    throw new AppError('REQUEST_INVALID', 'Service is not allowed to send broadcast messages');
  if (apiKey.keyType === 'team') throw new AppError('AUTH_INVALID', 'Cannot send broadcasts with a team API key');
  requireCapContentType(contentType);
  const request = await readCapAlert(body);
  if (request.msgType === 'Cancel')
    return cancelApiBroadcast(deps, { service, apiKey, references: request.references });
  return createApiBroadcast(deps, {
    serviceId: service.id,
    apiKeyId: apiKey.id,
    content: request.content,
    areas: { names: request.areaNames, simple_polygons: request.polygons },
    reference: request.reference,
    capEvent: request.capEvent,
    stubbed: service.restricted || apiKey.keyType === 'test',
  });
}
