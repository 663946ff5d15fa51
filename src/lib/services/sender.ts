import { AppError } from '../core/errors.ts';
import { validateEmailAddress } from '../recipients/email-address.ts';
import { assertSmsSender } from './sms-sender.ts';

/** What messages come from: a text message sender, a reply-to address of emails, a contact block of letters. */
export const senderTypes = ['sms', 'email', 'letter'] as const;
export type SenderType = (typeof senderTypes)[number];

export interface Sender {
  readonly id: string;
  readonly serviceId: string;
  readonly type: SenderType;
  /** The text of it: sender, address or contact block. */
  readonly value: string;
  readonly isDefault: boolean;
  readonly archived: boolean;
  /** The number that texts to this sender arrive at; text message senders only. */
  readonly inboundNumberId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** @throws AppError USAGE_INVALID for a text that cannot be a sender of this type */
export function assertSenderValue(type: SenderType, text: string): string {
  switch (type) {
    case 'sms':
      return assertSmsSender(text);
    case 'email':
      return assertReplyTo(text);
    case 'letter':
      return assertContactBlock(text);
  }
}

/** @throws AppError USAGE_INVALID */
export function assertReplyTo(text: string): string {
  const result = validateEmailAddress(text);
  if (!result.ok) throw new AppError('USAGE_INVALID', `The reply-to address '${text}' is not a valid email address`);
  return result.address;
}

function assertContactBlock(text: string): string {
  const block = text.trim();
  if (block === '') throw new AppError('USAGE_INVALID', 'A letter contact block cannot be empty: expected some lines');
  return block;
}

/** Text messages and emails have exactly one default sender, so the first is one; letters may go without. */
const defaultNeeded: Readonly<Record<SenderType, string | null>> = {
  sms: 'You must have at least one SMS sender as the default.',
  email: 'You must have at least one reply to email address as the default.',
  letter: null,
};

/** @throws AppError REQUEST_INVALID when a change would leave a service without its default (admin API sheet §4.5) */
export function assertDefaultRemains(type: SenderType, hasDefault: boolean): void {
  const message = defaultNeeded[type];
  if (hasDefault || message === null) return;
  throw new AppError('REQUEST_INVALID', message, { hint: 'Make another one the default instead.' });
}

/** @throws AppError REQUEST_INVALID for a sender that has to stay (admin API sheet §4.5) */
export function assertCanBeArchived({ type, isDefault, inboundNumberId }: Sender): void {
  const reason =
    inboundNumberId !== null
      ? 'You cannot delete an inbound number'
      : isDefault && type === 'sms'
        ? 'You cannot delete a default sms sender'
        : isDefault && type === 'email'
          ? 'You cannot delete a default email reply to address'
          : null;
  if (reason !== null) throw new AppError('REQUEST_INVALID', reason);
}
