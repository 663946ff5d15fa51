import type { NotificationType } from '../notifications/notification.ts';

/** A row of `provider_details`: what may be chosen, and how often (delivery sheet §4). */
export interface Provider {
  readonly id: string;
  readonly displayName: string;
  readonly identifier: string;
  readonly priority: number;
  readonly notificationType: NotificationType;
  readonly active: boolean;
  readonly supportsInternational: boolean;
  readonly version: number;
  readonly updatedAt: Date | null;
  /** Who changed it last; null = nobody since it was installed. */
  readonly createdById: string | null;
}

/** What happened to a message, where the provider knows it at once. */
export type Verdict = 'delivered' | 'temporary-failure' | 'permanent-failure';

/** The provider took the message. */
export interface SendResult {
  /** The provider's own id of the message, under which receipts come; null when receipts carry ours. */
  readonly reference: string | null;
  /** Set by providers that send no receipts of their own: the receipt is recorded from this. */
  readonly verdict: Verdict | null;
}

export interface SmsMessage {
  readonly notificationId: string;
  /** Digits with country code. */
  readonly to: string;
  /** As the service chose it; null for the provider's own. */
  readonly sender: string | null;
  readonly content: string;
  readonly international: boolean;
}

export interface EmailMessage {
  readonly notificationId: string;
  readonly to: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** For the List-Unsubscribe headers. */
  readonly unsubscribeUrl: string | null;
}

/**
 * Something that sends. `send` resolves when the provider took the message. It throws AppError PROVIDER_REFUSED when the
 * provider will never take it, and anything else when trying again makes sense. It never tries again by itself.
 */
export interface MessageProvider<Message> {
  readonly identifier: string;
  send(message: Message): Promise<SendResult>;
  /** Says whether the provider can be reached, for `doctor`. Throws when it cannot. */
  check?(): Promise<void>;
  close?(): Promise<void>;
}

export type SmsProvider = MessageProvider<SmsMessage>;
export type EmailProvider = MessageProvider<EmailMessage>;

/** The providers that are configured in this process, by identifier. */
export interface ProviderRegistry {
  readonly sms: ReadonlyMap<string, SmsProvider>;
  readonly email: ReadonlyMap<string, EmailProvider>;
}

/** The provider of last resort, which keeps messages instead of sending them. */
export const sandboxIdentifier = 'sandbox';

/** The gateway of NOTIFY_SMS_WEBHOOK. */
export const webhookIdentifier = 'webhook';
