import { toApiDateTime } from '../core/clock.ts';
import type { InboundSms } from './inbound-sms.ts';

/** A received text as the v2 API shows it: clients refuse other keys (public API sheet §9 and §12). */
export interface ReceivedTextView {
  readonly id: string;
  readonly created_at: string;
  readonly service_id: string;
  readonly notify_number: string;
  readonly user_number: string;
  readonly content: string;
}

export function toReceivedTextView(text: InboundSms): ReceivedTextView {
  return {
    id: text.id,
    created_at: toApiDateTime(text.createdAt),
    service_id: text.serviceId,
    notify_number: text.notifyNumber,
    user_number: text.userNumber,
    content: text.content,
  };
}
