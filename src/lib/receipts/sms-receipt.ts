import type { Notification } from '../notifications/notification.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import { isGatewayStatus } from '../config/sms-webhook-receipts.ts';
import { firetextCodes, firetextStatuses } from './firetext-codes.ts';
import { mmgStatuses } from './mmg-codes.ts';

/** Providers that post receipts of text messages. */
export type SmsReceiptProvider = 'mmg' | 'firetext' | 'webhook';

/** What the provider is called in messages. */
export const smsProviderNames: Readonly<Record<SmsReceiptProvider, string>> = {
  mmg: 'MMG',
  firetext: 'Firetext',
  webhook: 'Gateway',
};

/** A receipt as the provider put it: nothing in it is believed yet. */
export interface SmsReceipt {
  readonly provider: SmsReceiptProvider;
  /** What we gave the provider as its reference: the id of the notification. */
  readonly reference: string;
  /** The code of MMG or Firetext; of a gateway, what its configuration makes of its code. */
  readonly status: string;
  /** The substatus of MMG, the code of Firetext. */
  readonly detail: string | null;
  /** When the provider says it happened (ISO 8601). */
  readonly occurredAt: string | null;
}

/** What a receipt says before the notification is looked at. */
export interface SmsVerdict {
  readonly status: NotificationStatus;
  /** Why, as far as the tables know the detail. */
  readonly reason: string | null;
}

/** Maps the codes of a receipt (delivery sheet §6.1); null for a status that is in no table. */
export function smsVerdict({ provider, status, detail }: SmsReceipt): SmsVerdict | null {
  if (provider === 'mmg') {
    const known = mmgStatuses.get(status);
    return known === undefined ? null : { status: known.outcome, reason: known.reasons.get(detail ?? '') ?? null };
  }
  if (provider === 'webhook') return isGatewayStatus(status) ? { status, reason: null } : null;
  const outcome = firetextStatuses.get(status);
  return outcome === undefined ? null : { status: outcome, reason: firetextCodes.get(detail ?? '')?.reason ?? null };
}

/** True for a code of a Firetext failure that the table does not have; no code at all is none. */
export function isUnknownFiretextCode({ provider, status, detail }: SmsReceipt): boolean {
  return provider === 'firetext' && status === '1' && detail !== null && detail !== '' && !firetextCodes.has(detail);
}

/**
 * The status that a receipt gives a notification. A failure from Firetext is what its code says; without a known one it
 * is temporary after `pending`, which is how Firetext says that it will try again, and permanent otherwise.
 */
export function statusByReceipt(
  receipt: SmsReceipt,
  verdict: SmsVerdict,
  { status, sentBy }: Pick<Notification, 'status' | 'sentBy'>,
): NotificationStatus {
  const isFiretextFailure =
    receipt.provider === 'firetext' && (sentBy ?? 'firetext') === 'firetext' && verdict.status === 'permanent-failure';
  if (!isFiretextFailure) return verdict.status;
  const byCode = firetextCodes.get(receipt.detail ?? '')?.outcome;
  return byCode ?? (status === 'pending' ? 'temporary-failure' : 'permanent-failure');
}
