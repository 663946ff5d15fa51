import { londonClockTime, londonDate } from '../core/london-time.ts';
import type { NotificationDetails } from './notification-details.ts';
import type { NotificationStatus } from './notification-status.ts';
import type { NotificationType } from './notification.ts';

/** A notification as a row of the delivery report (jobs sheet §3, `format_for_csv`). */
export interface NotificationReportView {
  readonly id: string;
  /** From 1; empty for what is no row of a file. */
  readonly row_number: number | '';
  readonly recipient: string;
  readonly client_reference: string;
  readonly template_name: string;
  readonly template_type: string;
  readonly job_name: string;
  /** In words. */
  readonly status: string;
  /** `YYYY-MM-DD HH:MM:SS` in London. */
  readonly created_at: string;
  readonly created_by_name: string | null;
  readonly created_by_email_address: string | null;
  readonly api_key_name: string | null;
}

export function toNotificationReportView(notification: NotificationDetails): NotificationReportView {
  const { jobRowNumber, author } = notification;
  return {
    id: notification.id,
    row_number: jobRowNumber === null ? '' : jobRowNumber + 1,
    recipient: notification.to,
    client_reference: notification.clientReference ?? '',
    template_name: notification.template.name,
    template_type: notification.notificationType,
    job_name: notification.fileName ?? '',
    status: statusInWords(notification),
    created_at: londonDateTime(notification.createdAt),
    created_by_name: author?.name ?? null,
    created_by_email_address: author?.emailAddress ?? null,
    api_key_name: notification.keyName,
  };
}

const words: Readonly<Record<NotificationType, Partial<Record<NotificationStatus, string>>>> = {
  email: {
    failed: 'Failed',
    'technical-failure': 'Technical failure',
    'temporary-failure': 'Inbox not accepting messages right now',
    'permanent-failure': 'Email address doesn’t exist',
    delivered: 'Delivered',
    sending: 'Sending',
    created: 'Sending',
    sent: 'Delivered',
  },
  sms: {
    failed: 'Failed',
    'technical-failure': 'Technical failure',
    'temporary-failure': 'Phone not accepting messages right now',
    'permanent-failure': 'Phone number doesn’t exist',
    delivered: 'Delivered',
    sending: 'Sending',
    created: 'Sending',
    sent: 'Sent internationally',
  },
  letter: {
    'technical-failure': 'Technical failure',
    'permanent-failure': 'Permanent failure',
    delivered: 'Received',
    sending: 'Accepted',
    created: 'Accepted',
    'returned-letter': 'Returned',
  },
};

/** A status as people read it; as it is where there are no words for it. */
export function statusInWords({
  notificationType,
  status,
}: Pick<NotificationDetails, 'notificationType' | 'status'>): string {
  return words[notificationType][status] ?? status;
}

/** `YYYY-MM-DD HH:MM:SS` in London. */
export function londonDateTime(instant: Date): string {
  return `${londonDate(instant)} ${londonClockTime(instant)}:${instant.toISOString().slice(17, 19)}`;
}
