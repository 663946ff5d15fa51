import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { prefixHasDeliveryReports } from '../recipients/international-rates.ts';
import { renderSms } from '../templates/render-sms.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import { requireService } from '../services/show-service.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { lockNotification, updateNotification } from './notification-repository.ts';
import { canMove, type NotificationStatus } from './notification-status.ts';
import type { Notification, NotificationType } from './notification.ts';

/**
 * Moves a notification by a receipt, under a row lock. `duplicate` = the move is not allowed (any more) and was only
 * noted; `ignored` = an international text of a country without delivery reports.
 */
export async function moveByReceipt(
  { clock, secretBox }: { clock: Clock; secretBox: SecretBox },
  tx: Queryable,
  input: { notificationId: string; type: NotificationType; status: NotificationStatus; provider: string },
): Promise<'recorded' | 'duplicate' | 'unknown' | 'ignored'> {
  const notification = await lockNotification(tx, secretBox, input.notificationId);
  if (notification === null || notification.notificationType !== input.type) return 'unknown';
  const isUnreported =
    notification.international &&
    notification.phonePrefix !== null &&
    !prefixHasDeliveryReports(notification.phonePrefix);
  if (isUnreported) return 'ignored';
  const at = clock.now();
  if (!canMove(input.type, notification.status, input.status)) {
    const detail = { status: input.status, provider: input.provider, kept: notification.status };
    await insertNotificationEvent(tx, notification.id, { occurredAt: at, event: 'receipt ignored', detail });
    return 'duplicate';
  }
  await updateNotification(
    tx,
    secretBox,
    notification.id,
    {
      status: input.status,
      ...(notification.sentBy === null && { sentBy: input.provider.toLowerCase() }),
      ...(notification.notificationType === 'sms' &&
        notification.billableUnits === 0 && { billableUnits: await countFragments(tx, notification) }),
    },
    { at },
  );
  return 'recorded';
}

/** Fragments of a text whose sending did not count them: test keys (delivery sheet §1.3, `billable_units`). */
async function countFragments(tx: Queryable, notification: Notification): Promise<number> {
  const { serviceId, templateId, templateVersion, personalisation } = notification;
  const template = await findTemplateVersionOfService({ db: tx }, { serviceId, templateId, version: templateVersion });
  if (template === null) return 0;
  const service = await requireService({ db: tx }, serviceId);
  return renderSms({ content: template.content, personalisation, prefix: service.prefixSms ? service.name : null })
    .fragmentCount;
}
