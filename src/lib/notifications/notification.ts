import type { KeyType } from '../api-keys/api-key.ts';
import type { JsonObject } from '../core/json.ts';
import type { TemplateType } from '../templates/template.ts';
import type { NotificationStatus } from './notification-status.ts';

export type NotificationType = TemplateType;

/** A message to one recipient (data sheet §1.4, delivery sheet §1.3). */
export interface Notification {
  readonly id: string;
  readonly serviceId: string;
  readonly notificationType: NotificationType;
  /** As supplied, without surrounding and obscure whitespace. */
  readonly to: string;
  /** Digits with country code, or a lower-case address. */
  readonly normalisedTo: string | null;
  readonly templateId: string;
  readonly templateVersion: number;
  readonly apiKeyId: string | null;
  readonly keyType: KeyType;
  readonly jobId: string | null;
  readonly jobRowNumber: number | null;
  readonly status: NotificationStatus;
  /** The provider's reference; for letters their barcode. Never the caller's. */
  readonly reference: string | null;
  /** The caller's `reference`. */
  readonly clientReference: string | null;
  readonly personalisation: JsonObject;
  readonly billableUnits: number;
  readonly international: boolean;
  readonly phonePrefix: string | null;
  readonly rateMultiplier: number | null;
  readonly replyToText: string | null;
  readonly createdById: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly sentBy: string | null;
  readonly updatedAt: Date | null;
  readonly postage: string | null;
  readonly unsubscribeLink: string | null;
  readonly documentDownloadCount: number | null;
}

/** What acceptance decides of every message. */
type Decided = Pick<
  Notification,
  | 'id'
  | 'serviceId'
  | 'notificationType'
  | 'to'
  | 'normalisedTo'
  | 'templateId'
  | 'templateVersion'
  | 'apiKeyId'
  | 'keyType'
  | 'status'
  | 'clientReference'
  | 'personalisation'
  | 'international'
  | 'phonePrefix'
  | 'rateMultiplier'
  | 'replyToText'
  | 'createdById'
  | 'createdAt'
  | 'unsubscribeLink'
>;

/** What it decides of some only, such as letters and rows of files. */
type DecidedForSome = Pick<
  Notification,
  'jobId' | 'jobRowNumber' | 'reference' | 'postage' | 'billableUnits' | 'documentDownloadCount' | 'updatedAt'
>;

/** A notification to be stored; what is left out starts empty. */
export type NewNotification = Decided & Partial<DecidedForSome>;

/** Where personalisation is stored, for the secret box. */
export const personalisationContext = 'notifications.personalisation';
