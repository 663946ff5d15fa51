import { fieldError } from '../../lib/core/errors.ts';
import { isJsonObject, type JsonObject } from '../../lib/core/json.ts';
import { validateEmailAddress } from '../../lib/recipients/email-address.ts';
import { validatePhoneNumberForApi } from '../../lib/recipients/phone-number.ts';
import type { FormatCheck } from './formats.ts';
import { assertV1Rules, optionalObject, requiredText, type V1Rule } from './v1-rules.ts';

export type V1SendType = 'sms' | 'email';

/** A body of `POST /notifications/{sms|email}` that keeps the rules. */
export interface V1SendRequest {
  readonly to: string;
  /** Any text: whether it is an id is found out when the template is looked for. */
  readonly template: string;
  readonly personalisation: JsonObject;
}

const recipientChecks: Readonly<Record<V1SendType, FormatCheck>> = {
  sms(text) {
    // What the service may send to is decided later.
    const result = validatePhoneNumberForApi(text, { international: true, landlines: true });
    return result.ok ? null : `Invalid phone number: ${result.message}`;
  },
  email(text) {
    const result = validateEmailAddress(text);
    return result.ok ? null : result.message;
  },
};

const rules: Readonly<Record<V1SendType, Readonly<Record<keyof V1SendRequest, V1Rule>>>> = {
  sms: { to: requiredText(recipientChecks.sms), template: requiredText(), personalisation: optionalObject },
  email: { to: requiredText(recipientChecks.email), template: requiredText(), personalisation: optionalObject },
};

/**
 * Reads the body of a send (public API sheet §15); unknown members are ignored.
 *
 * @throws AppError VALIDATION_FAILED by field
 */
export function readV1SendRequest(type: V1SendType, body: unknown): V1SendRequest {
  if (!isJsonObject(body)) throw fieldError('VALIDATION_FAILED', { _schema: ['Invalid input type.'] });
  assertV1Rules(rules[type], body);
  const { to, template, personalisation = {} } = body as JsonObject & V1SendRequest;
  return { to, template, personalisation };
}
