import { queueComplaintCallback } from '../callbacks/queue-callback.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { ReferencedEmail } from '../notifications/archived-notification.ts';
import { findReferencedEmail } from '../notifications/find-referenced-email.ts';
import { moveArchivedByReceipt } from '../notifications/move-notification.ts';
import { countAccepted } from './count-receipt.ts';
import { insertComplaint } from './complaint-repository.ts';
import type { Complaint } from './complaint.ts';
import { logDuplicate, recordReceipt, type ReceiptDeps, type ReceiptOutcome } from './record-receipt.ts';
import type { SesComplaint, SesEvent, SesReceipt } from './ses-event.ts';

export type SesDeps = ReceiptDeps & { readonly ids: Ids };

/** How long after its sending an email may still be without the reference that its receipt names. */
const graceMs = 5 * 60 * 1000;

/**
 * Applies what SES says of an email (delivery sheet §6.2), which may be in the history already. A status is recorded as
 * for every other provider; a complaint is stored once and changes no status.
 *
 * @throws AppError NOT_FOUND, for the queue to try again: when the email is unknown and was sent a moment ago, or its
 *   time is; and for a complaint of an unknown email
 */
export async function processSesEvent(deps: SesDeps, event: SesEvent): Promise<ReceiptOutcome> {
  const email = await findReferencedEmail(deps, event);
  return event.kind === 'complaint' ? recordComplaint(deps, event, email) : recordSesReceipt(deps, event, email);
}

async function recordSesReceipt(
  deps: SesDeps,
  receipt: SesReceipt,
  email: ReferencedEmail | null,
): Promise<ReceiptOutcome> {
  const { clock, logger, metrics } = deps;
  const { reference, status } = receipt;
  if (email === null) {
    const message = `notification not found for reference: ${reference} (update to ${status})`;
    const mailedAt = readInstant(receipt.mailedAt);
    if (mailedAt === null || clock.now().getTime() - mailedAt.getTime() < graceMs) {
      throw new AppError('NOT_FOUND', message);
    }
    logger.warn(message);
    metrics.receipts.inc({ outcome: 'unknown' });
    return 'unknown';
  }
  const move = { notificationId: email.id, type: 'email', status, provider: 'ses' } as const;
  const outcome = email.isArchived ? await recordArchived(deps, email, move) : await recordReceipt(deps, move);
  if (outcome === 'recorded') {
    logger.info(`SES callback returned status of ${status}: ${receipt.text} for notification: ${email.id}`);
  }
  return outcome;
}

/** No callback: the recipient, whom it would name, is not in the history. */
async function recordArchived(
  deps: SesDeps,
  email: ReferencedEmail,
  move: Parameters<typeof moveArchivedByReceipt>[2],
): Promise<ReceiptOutcome> {
  const { db, logger, metrics } = deps;
  const outcome = await db.transaction((tx) => moveArchivedByReceipt(deps, tx, move));
  const { provider, status } = move;
  if (outcome === 'duplicate') logDuplicate(logger, email);
  if (outcome === 'recorded') countAccepted(deps, { provider, status, occurredAt: null, notification: null });
  metrics.receipts.inc({ outcome });
  return outcome;
}

async function recordComplaint(
  deps: SesDeps,
  event: SesComplaint,
  email: ReferencedEmail | null,
): Promise<ReceiptOutcome> {
  const { db, clock, ids, logger, metrics } = deps;
  if (email === null) throw new AppError('NOT_FOUND', `complaint for an unknown reference: ${event.reference}`);
  const complaint: Complaint = {
    id: ids.uuid(),
    notificationId: email.id,
    serviceId: email.serviceId,
    sesFeedbackId: event.feedbackId,
    complaintType: event.complaintType,
    complaintDate: readInstant(event.complainedAt),
    createdAt: clock.now(),
  };
  const isNew = await db.transaction(async (tx) => {
    if (!(await insertComplaint(tx, complaint))) return false;
    await queueComplaintCallback(deps, tx, {
      ...complaint,
      complaintDate: complaint.complaintDate ?? complaint.createdAt,
      clientReference: email.clientReference,
      to: event.recipient ?? email.to ?? '',
    });
    return true;
  });
  if (isNew) logger.info({ notificationId: email.id }, `Complaint about an email of service ${email.serviceId}`);
  const outcome = isNew ? 'recorded' : 'duplicate';
  metrics.complaints.inc({ outcome });
  return outcome;
}

function readInstant(text: string | null): Date | null {
  const instant = new Date(text ?? Number.NaN);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
