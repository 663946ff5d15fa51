import { AppError } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../core/json.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import { providerText } from '../core/provider-text.ts';

/** What SES says became of an email. */
export interface SesReceipt {
  readonly kind: 'receipt';
  /** The id that SES gave the email: `reference` of the notification. */
  readonly reference: string;
  readonly status: NotificationStatus;
  /** The status in words. */
  readonly text: string;
  /** When the email was sent (ISO 8601); null when SES does not say. */
  readonly mailedAt: string | null;
}

/** Somebody complained of an email. */
export interface SesComplaint {
  readonly kind: 'complaint';
  readonly reference: string;
  readonly feedbackId: string | null;
  readonly complaintType: string | null;
  readonly complainedAt: string | null;
  /** Who it was sent to. */
  readonly recipient: string | null;
}

export type SesEvent = SesReceipt | SesComplaint;

interface SesOutcome {
  readonly status: NotificationStatus;
  readonly text: string;
}

const delivered: SesOutcome = { status: 'delivered', text: 'Delivered' };
const hardBounce: SesOutcome = { status: 'permanent-failure', text: 'Hard bounced' };
const softBounce: SesOutcome = { status: 'temporary-failure', text: 'Soft bounced' };

/**
 * Reads the message that SES publishes (delivery sheet §6.2). Nothing of the email but its recipient is kept, and that
 * only of a complaint.
 *
 * @throws AppError REQUEST_INVALID with the sheet's messages; `details.messages` where the answer lists them
 */
export function readSesEvent(message: string): SesEvent {
  const event = readObject(message);
  const type = providerText(event['notificationType']);
  if (type === '') throw sesProblem('notificationType missing', { listed: true });
  if (type !== 'Bounce' && type !== 'Delivery' && type !== 'Complaint') {
    throw sesProblem(`status ${type.slice(0, 100)} not found`);
  }
  const mail = objectIn(event['mail']);
  const reference = providerText(mail['messageId']);
  if (reference === '') throw sesProblem('messageId missing');
  if (type === 'Complaint') return readComplaint(reference, mail, objectIn(event['complaint']));
  const outcome = type === 'Delivery' ? delivered : bounceOutcome(objectIn(event['bounce']));
  return { kind: 'receipt', reference, ...outcome, mailedAt: textOrNull(mail['timestamp']) };
}

/** @throws AppError REQUEST_INVALID for what is no JSON object */
export function readObject(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw sesProblem('invalid json', { cause: error });
  }
  if (!isJsonObject(value)) throw sesProblem('invalid json');
  return value;
}

export function sesProblem(
  problem: string,
  { listed = false, cause }: { listed?: boolean; cause?: unknown } = {},
): AppError {
  const message = `SES callback failed: ${problem}`;
  return new AppError('REQUEST_INVALID', message, { cause, ...(listed && { details: { messages: [message] } }) });
}

function bounceOutcome(bounce: JsonObject): SesOutcome {
  const type = providerText(bounce['bounceType']);
  if (type === '') throw sesProblem('bounceType missing');
  return type === 'Permanent' ? hardBounce : softBounce;
}

function readComplaint(reference: string, mail: JsonObject, complaint: JsonObject): SesComplaint {
  const [recipient] = Array.isArray(mail['destination']) ? mail['destination'] : [];
  return {
    kind: 'complaint',
    reference,
    feedbackId: textOrNull(complaint['feedbackId']),
    complaintType: textOrNull(complaint['complaintFeedbackType']),
    complainedAt: textOrNull(complaint['timestamp']),
    recipient: textOrNull(recipient),
  };
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOrNull(value: JsonValue | undefined): string | null {
  return providerText(value) || null;
}
