import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { prefixHasDeliveryReports } from '../recipients/international-rates.ts';
import { renderSms } from '../templates/render-sms.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import { requireService } from '../services/show-service.ts';
import { lockArchivedNotification, updateArchivedNotification } from './archived-notification-repository.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { lockNotifications, writeReceiptMoves } from './notification-batch-repository.ts';
import { canMove, type NotificationStatus } from './notification-status.ts';
import type { Notification, NotificationType } from './notification.ts';

/** A receipt, once it is known which notification it is about. */
export interface ReceiptMove {
  readonly notificationId: string;
  readonly type: NotificationType;
  readonly status: NotificationStatus;
  readonly provider: string;
  /** The status in the light of the notification, where that matters; `sentBy` is never empty. */
  readonly refine?: (notification: Notification) => NotificationStatus;
}

/**
 * What a receipt did. `duplicate` = the move is not allowed (any more) and was only noted; `ignored` = an international
 * text of a country without delivery reports.
 */
export type MovedByReceipt =
  | { readonly outcome: 'recorded' | 'duplicate'; readonly notification: Notification }
  | { readonly outcome: 'unknown' | 'ignored' };

/**
 * Moves notifications by receipts, in the order of the receipts and under row locks. The notification of a result is as
 * that receipt left it.
 */
export async function moveByReceipts(
  deps: { clock: Clock; cache: ServiceCache; secretBox: SecretBox },
  tx: Queryable,
  moves: readonly ReceiptMove[],
): Promise<MovedByReceipt[]> {
  const at = deps.clock.now();
  const current = new Map(
    await lockNotifications(tx, deps.secretBox, [...new Set(moves.map(({ notificationId }) => notificationId))]),
  );
  const changed = new Map<string, Notification>();
  const results: MovedByReceipt[] = [];
  for (const move of moves) {
    const notification = current.get(move.notificationId) ?? null;
    const result = await moveOne(deps, tx, { move, notification, at });
    results.push(result);
    if (result.outcome !== 'recorded') continue;
    current.set(move.notificationId, result.notification);
    changed.set(move.notificationId, result.notification);
  }
  if (changed.size > 0) await writeReceiptMoves(tx, [...changed.values()], at);
  return results;
}

async function moveOne(
  deps: { cache: ServiceCache },
  tx: Queryable,
  { move, notification, at }: { move: ReceiptMove; notification: Notification | null; at: Date },
): Promise<MovedByReceipt> {
  if (notification === null || notification.notificationType !== move.type) return { outcome: 'unknown' };
  const isUnreported =
    notification.international &&
    notification.phonePrefix !== null &&
    !prefixHasDeliveryReports(notification.phonePrefix);
  if (isUnreported) return { outcome: 'ignored' };
  const sentBy = notification.sentBy ?? move.provider.toLowerCase();
  const status = move.refine?.({ ...notification, sentBy }) ?? move.status;
  if (!canMove(move.type, notification.status, status)) {
    await noteIgnored(tx, { ...move, status }, notification, at);
    return { outcome: 'duplicate', notification };
  }
  const isUncounted = notification.notificationType === 'sms' && notification.billableUnits === 0;
  const billableUnits = isUncounted ? await countFragments(deps, tx, notification) : notification.billableUnits;
  return { outcome: 'recorded', notification: { ...notification, status, sentBy, billableUnits, updatedAt: at } };
}

/** Moves a notification by a receipt, when only the history of it is left. */
export async function moveArchivedByReceipt(
  { clock }: { clock: Clock },
  tx: Queryable,
  { notificationId, type, status, provider }: Omit<ReceiptMove, 'refine'>,
): Promise<'recorded' | 'duplicate' | 'unknown'> {
  const archived = await lockArchivedNotification(tx, notificationId);
  if (archived === null) return 'unknown';
  const at = clock.now();
  if (!canMove(type, archived.status, status)) {
    await noteIgnored(tx, { status, provider }, archived, at);
    return 'duplicate';
  }
  await updateArchivedNotification(tx, { id: archived.id, status, sentBy: provider.toLowerCase() }, at);
  return 'recorded';
}

/** What a receipt would have said stays readable in `notifications trace`. */
async function noteIgnored(
  tx: Queryable,
  { status, provider }: Pick<ReceiptMove, 'status' | 'provider'>,
  { id, status: kept }: Pick<Notification, 'id' | 'status'>,
  occurredAt: Date,
): Promise<void> {
  await insertNotificationEvent(tx, id, { occurredAt, event: 'receipt ignored', detail: { status, provider, kept } });
}

/** Fragments of a text whose sending did not count them: test keys (delivery sheet §1.3, `billable_units`). */
async function countFragments(
  { cache }: { cache: ServiceCache },
  tx: Queryable,
  notification: Notification,
): Promise<number> {
  const { serviceId, templateId, templateVersion, personalisation } = notification;
  const template = await findTemplateVersionOfService(
    { db: tx, cache },
    { serviceId, templateId, version: templateVersion },
  );
  if (template === null) return 0;
  const service = await requireService({ db: tx, cache }, serviceId);
  return renderSms({ content: template.content, personalisation, prefix: service.prefixSms ? service.name : null })
    .fragmentCount;
}
