import type { KeyType } from '../api-keys/api-key.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';

/** A service whose messages of a type are older than it keeps them. */
export interface ExpiredService {
  readonly serviceId: string;
  readonly type: NotificationType;
  /** How many days it keeps. */
  readonly days: number;
  /** Older ones go. */
  readonly before: Date;
}

/** A message that is to go. */
export interface ExpiredNotification {
  readonly id: string;
  readonly createdAt: Date;
  readonly keyType: KeyType;
  readonly status: NotificationStatus;
  readonly reference: string | null;
  readonly postage: string | null;
}

/** Where the last portion ended. */
export interface ExpiredCursor {
  readonly id: string;
  readonly createdAt: Date;
}

/**
 * Letters that may still be printed, or be asked for again by the printer: however old, they stay, and their files, too
 * (data sheet §6). Keeping them too long is the lesser evil. What was sent when decides nothing.
 */
export const keptLetterStatuses: readonly NotificationStatus[] = ['pending-virus-check', 'created', 'sending'];

/** Messages of live keys go into the history. */
export const archivedKeyTypes = ['normal', 'team'] as const satisfies readonly KeyType[];

/** How many go in one transaction: letters have files, which are deleted in it. */
export function batchSizeOf(type: NotificationType): number {
  return type === 'letter' ? 5_000 : 50_000;
}
