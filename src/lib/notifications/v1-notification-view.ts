import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import { renderTemplate } from '../templates/render-template.ts';
import type { NotificationWithTemplate } from './notification-repository.ts';

/** A notification as version 1 of the API shows it (public API sheet §15). */
export interface V1NotificationView {
  readonly id: string;
  readonly to: string;
  /** As stored, also that of letters. */
  readonly status: string;
  readonly notification_type: string;
  readonly created_at: string;
  readonly sent_at: string | null;
  /** Identifier of the provider. */
  readonly sent_by: string | null;
  readonly updated_at: string | null;
  readonly billable_units: number;
  /** The provider's; the caller's is not shown. */
  readonly reference: string | null;
  readonly template_version: number;
  readonly job_row_number: number | null;
  readonly api_key: string | null;
  readonly job: { readonly id: string; readonly original_file_name: string } | null;
  readonly service: string;
  readonly template: {
    readonly id: string;
    readonly name: string;
    readonly template_type: string;
    readonly version: number;
  };
  readonly body: string;
  /** Absent for text messages. */
  readonly subject?: string | null;
  /** Characters of a text message without the service's name; null for everything else. */
  readonly content_char_count: number | null;
}

/** Builds the v1 form of a notification. */
export function toV1NotificationView(notification: NotificationWithTemplate): V1NotificationView {
  const { notificationType, templateId, templateVersion } = notification;
  const { body, subject } = renderTemplate(
    {
      templateType: notificationType,
      content: notification.templateContent,
      subject: notification.templateSubject,
      hasUnsubscribeLink: notification.templateHasUnsubscribeLink,
    },
    notification.personalisation,
  );
  const isSms = notificationType === 'sms';
  return {
    id: notification.id,
    to: notification.to,
    status: notification.status,
    notification_type: notificationType,
    created_at: toApiDateTime(notification.createdAt),
    sent_at: toApiDateTimeOrNull(notification.sentAt),
    sent_by: notification.sentBy,
    updated_at: toApiDateTimeOrNull(notification.updatedAt),
    billable_units: notification.billableUnits,
    reference: notification.reference,
    template_version: templateVersion,
    job_row_number: notification.jobRowNumber,
    api_key: notification.apiKeyId,
    job: jobOf(notification),
    service: notification.serviceId,
    template: {
      id: templateId,
      name: notification.templateName,
      template_type: notificationType,
      version: templateVersion,
    },
    body,
    ...(!isSms && { subject }),
    content_char_count: isSms ? body.length : null,
  };
}

function jobOf({ jobId, jobFileName }: NotificationWithTemplate): V1NotificationView['job'] {
  return jobId === null || jobFileName === null ? null : { id: jobId, original_file_name: jobFileName };
}
