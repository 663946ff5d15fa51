import type { Clock } from '../core/clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import { findSender, saveSender } from './sender-repository.ts';
import { assertCanBeArchived, type Sender, type SenderType } from './sender.ts';
import { lockService } from './service-repository.ts';
import { requireSender } from './show-senders.ts';

export interface ArchiveSenderInput {
  senderId: string;
  serviceId?: string;
  type?: SenderType;
  /** Takes a letter contact off the templates that use it. */
  releaseLetterContact: (tx: Queryable, serviceId: string, letterContactId: string, at: Date) => Promise<void>;
}

/**
 * Archives a sender for good (admin API sheet §4.5); templates with this letter contact go without one from now on.
 * Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID for an inbound number, and for the default of text messages and emails
 */
export async function archiveSender(
  { db, clock }: { db: Database; clock: Clock },
  input: ArchiveSenderInput,
): Promise<{ sender: Sender; alreadyArchived: boolean }> {
  return db.transaction(async (tx) => {
    const { serviceId } = await requireSender({ db: tx }, input);
    await lockService(tx, serviceId);
    const sender = (await findSender(tx, input.senderId))!;
    if (sender.archived) return { sender, alreadyArchived: true };
    assertCanBeArchived(sender);
    const now = clock.now();
    await saveSender(tx, { ...sender, archived: true, isDefault: false }, now);
    if (sender.type === 'letter') await input.releaseLetterContact(tx, serviceId, sender.id, now);
    return { sender: (await findSender(tx, sender.id))!, alreadyArchived: false };
  });
}
