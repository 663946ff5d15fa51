import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import type { JsonObject } from '../core/json.ts';
import type { NotificationDetails } from './notification-details.ts';

/** A notification as the internal API shows it (admin API sheet §4.10). */
export interface NotificationDetailsView {
  readonly id: string;
  readonly [field: string]: unknown;
}

export function toNotificationDetailsView(notification: NotificationDetails): NotificationDetailsView {
  const { template, author, jobId, createdById } = notification;
  return {
    id: notification.id,
    service: notification.serviceId,
    notification_type: notification.notificationType,
    to: notification.to,
    normalised_to: notification.normalisedTo,
    status: notification.status,
    created_at: toApiDateTime(notification.createdAt),
    sent_at: toApiDateTimeOrNull(notification.sentAt),
    sent_by: notification.sentBy,
    updated_at: toApiDateTimeOrNull(notification.updatedAt),
    billable_units: notification.billableUnits,
    client_reference: notification.clientReference,
    reference: notification.reference,
    international: notification.international,
    phone_prefix: notification.phonePrefix,
    rate_multiplier: notification.rateMultiplier,
    postage: notification.postage,
    reply_to_text: notification.replyToText,
    key_type: notification.keyType,
    api_key: notification.apiKeyId,
    key_name: notification.keyName,
    job_row_number: notification.jobRowNumber,
    template_version: notification.templateVersion,
    document_download_count: notification.documentDownloadCount,
    personalisation: notification.personalisation satisfies JsonObject,
    template: {
      id: notification.templateId,
      service: notification.serviceId,
      version: notification.templateVersion,
      name: template.name,
      template_type: notification.notificationType,
      content: template.content,
      subject: template.subject,
      redact_personalisation: template.isRedacted,
      is_precompiled_letter: template.isPrecompiled,
    },
    job: jobId === null ? null : { id: jobId, original_file_name: notification.fileName },
    created_by: author === null ? null : { id: createdById, name: author.name, email_address: author.emailAddress },
  };
}
