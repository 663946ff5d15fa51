import { AppError } from '../core/errors.ts';

/** What services can be told about (public API sheet §11). */
export const callbackTypes = ['delivery_status', 'inbound_sms', 'returned_letter', 'complaint'] as const;

export type CallbackType = (typeof callbackTypes)[number];

/** Where a service wants to be told about one kind of event: one for each service and type (data sheet §1.2). */
export interface CallbackApi {
  readonly id: string;
  readonly serviceId: string;
  readonly callbackType: CallbackType;
  readonly url: string;
  /** A secret. */
  readonly bearerToken: string;
  readonly updatedById: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** Where bearer tokens are stored, for the secret box. */
export const bearerTokenContext = 'service_callback_api.bearer_token';

export const shortestBearerToken = 10;

/**
 * Checks a bearer token; the token itself is in no message (admin API sheet §4.6).
 *
 * @throws AppError VALIDATION_FAILED `bearer_token is too short`
 */
export function assertBearerToken(token: string): void {
  // Characters, as people count them.
  if ([...token].length < shortestBearerToken) throw new AppError('VALIDATION_FAILED', 'bearer_token is too short');
  // It is sent as a header, which has no room for line ends and letters beyond Latin.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError('VALIDATION_FAILED', 'bearer_token must be printable ASCII without blanks');
  }
}

const missingNames: Readonly<Record<CallbackType, string>> = {
  delivery_status: 'Service delivery receipt API not found',
  inbound_sms: 'Service inbound API not found',
  returned_letter: 'Service returned letter API not found',
  complaint: 'Service complaint API not found',
};

/** The refusal for a callback that there is not. */
export function noSuchCallback(type: CallbackType): AppError {
  return new AppError('NOT_FOUND', missingNames[type]);
}
