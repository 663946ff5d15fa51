import type { NotificationStatus } from './notification-status.ts';

/** An email as receipts find it: by the reference that the provider gave it. */
export interface ReferencedEmail {
  readonly id: string;
  readonly serviceId: string;
  /** The caller's reference. */
  readonly clientReference: string | null;
  /** Null when only the history has the email. */
  readonly to: string | null;
  /** Only the history has it. */
  readonly isArchived: boolean;
}

/** What a receipt has to know of a notification in the history. */
export interface ArchivedNotification {
  readonly id: string;
  readonly status: NotificationStatus;
}
