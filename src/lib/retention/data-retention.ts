import type { NotificationType } from '../notifications/notification.ts';

/** How long a service keeps its messages of one type (data sheet §6); without one, it is a week. */
export interface DataRetention {
  readonly id: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly notificationType: NotificationType;
  readonly daysOfRetention: number;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

export const defaultRetentionDays = 7;

export type RetentionDays = Readonly<Record<NotificationType, number>>;
