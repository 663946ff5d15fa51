import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import { estimatedDelivery } from '../letters/estimated-delivery.ts';
import { isPostage } from '../letters/postage.ts';
import { pythonText } from '../templates/python-text.ts';
import { renderTemplate } from '../templates/render-template.ts';
import { costOf, type CostBasis, type NotificationCost } from './notification-cost.ts';
import type { NotificationWithTemplate } from './notification-repository.ts';
import { completedStatuses } from './notification-status.ts';
import { oneClickUnsubscribeUrl, type UnsubscribeUrlDeps } from './unsubscribe-url.ts';

/** A notification as the v2 API shows it; every key is always present (public API sheet §7.1). */
export interface NotificationView extends NotificationCost {
  readonly id: string;
  readonly reference: string | null;
  readonly email_address: string | null;
  readonly phone_number: string | null;
  readonly line_1: string | null;
  readonly line_2: string | null;
  readonly line_3: string | null;
  readonly line_4: string | null;
  readonly line_5: string | null;
  readonly line_6: string | null;
  readonly postcode: string | null;
  readonly type: string;
  readonly status: string;
  readonly template: { readonly id: string; readonly version: number; readonly uri: string };
  readonly body: string;
  readonly subject: string | null;
  readonly created_at: string;
  readonly created_by_name: string | null;
  readonly sent_at: string | null;
  readonly completed_at: string | null;
  readonly scheduled_for: null;
  readonly postage: string | null;
  readonly one_click_unsubscribe_url: string | null;
  /** Letters only. */
  readonly estimated_delivery?: string | null;
}

export interface ViewContext extends CostBasis {
  /** Scheme and host of the request. */
  readonly baseUrl: string;
}

/** Builds the v2 form of a notification. */
export function toNotificationView(
  deps: UnsubscribeUrlDeps,
  notification: NotificationWithTemplate,
  { baseUrl, ...basis }: ViewContext,
): NotificationView {
  const { notificationType, personalisation, templateId, templateVersion, templateHasUnsubscribeLink } = notification;
  const { body, subject } = renderTemplate(
    {
      templateType: notificationType,
      content: notification.templateContent,
      subject: notification.templateSubject,
      hasUnsubscribeLink: templateHasUnsubscribeLink,
    },
    personalisation,
  );
  const line = (key: string): string | null => {
    const value = notificationType === 'letter' ? personalisation[key] : undefined;
    return value == null ? null : pythonText(value);
  };
  return {
    id: notification.id,
    reference: notification.clientReference,
    email_address: notificationType === 'email' ? notification.to : null,
    phone_number: notificationType === 'sms' ? notification.to : null,
    line_1: line('address_line_1'),
    line_2: line('address_line_2'),
    line_3: line('address_line_3'),
    line_4: line('address_line_4'),
    line_5: line('address_line_5'),
    line_6: line('address_line_6'),
    postcode: line('postcode'),
    type: notificationType,
    status: publicStatus(notification),
    template: {
      id: templateId,
      version: templateVersion,
      uri: `${baseUrl}/v2/template/${templateId}/version/${templateVersion}`,
    },
    body,
    subject,
    created_at: toApiDateTime(notification.createdAt),
    created_by_name: notification.createdByName,
    sent_at: toApiDateTimeOrNull(notification.sentAt),
    completed_at: completedStatuses.includes(notification.status) ? toApiDateTimeOrNull(notification.updatedAt) : null,
    scheduled_for: null,
    postage: notification.postage,
    one_click_unsubscribe_url: oneClickUnsubscribeUrl(deps, notification, { templateHasUnsubscribeLink, baseUrl }),
    ...costOf(notification, basis),
    ...(notificationType === 'letter' && { estimated_delivery: estimateOf(notification) }),
  };
}

function estimateOf({ createdAt, postage }: NotificationWithTemplate): string | null {
  return postage === null || !isPostage(postage) ? null : toApiDateTime(estimatedDelivery(createdAt, postage));
}

function publicStatus({ notificationType, status }: NotificationWithTemplate): string {
  if (notificationType !== 'letter') return status;
  if (status === 'created' || status === 'sending') return 'accepted';
  return status === 'delivered' || status === 'returned-letter' ? 'received' : status;
}
