import { phoneDigits } from '../recipients/phone-number.ts';
import { stripRecipient } from '../recipients/whitespace.ts';

/** A text message that somebody sent to a service (data sheet §1.2). */
export interface InboundSms {
  readonly id: string;
  readonly createdAt: Date;
  readonly serviceId: string;
  /** The service's number that it was sent to. */
  readonly notifyNumber: string;
  /** The sender: digits with country code, or the text that the provider gave when that is no phone number. */
  readonly userNumber: string;
  readonly provider: string;
  readonly providerReference: string | null;
  /** When the provider says it was sent. */
  readonly providerDate: Date | null;
  readonly content: string;
}

/** Where the content is stored, for the secret box. */
export const inboundContentContext = 'inbound_sms.content';

/** A number of ours as it is stored: one leading 44 becomes 0 (delivery sheet §6.4). */
export function toNationalNumber(number: string): string {
  return number.replace(/^44/, '0');
}

/** The sender as it is stored: `(+44)7999999999` → `447999999999`; what is no phone number stays as it is. */
export function toUserNumber(sender: string): string {
  return phoneDigits(stripRecipient(sender)) ?? sender;
}
