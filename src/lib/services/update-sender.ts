import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { findSender, saveSender, unsetDefault } from './sender-repository.ts';
import { assertDefaultRemains, assertSenderValue, type Sender, type SenderType } from './sender.ts';
import { lockService } from './service-repository.ts';
import { assertNotArchived } from './show-service.ts';
import { requireSender } from './show-senders.ts';

export interface UpdateSenderInput {
  senderId: string;
  /** The sender must be of this service. */
  serviceId?: string;
  /** The sender must be of this type. */
  type?: SenderType;
  value?: string;
  isDefault?: boolean;
  /** The number that texts to it arrive at, from now on; for a text message sender that has none. */
  inboundNumberId?: string;
}

/**
 * Changes the text of a sender, or makes it the default in place of another (admin API sheet §4.5). What is so already
 * is left alone.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived sender or service; USAGE_INVALID for a value that cannot be used;
 *   REQUEST_INVALID when no default would be left, and for another text of an inbound number
 */
export async function updateSender(
  { db, clock }: { db: Database; clock: Clock },
  input: UpdateSenderInput,
): Promise<{ sender: Sender; isChanged: boolean }> {
  return db.transaction(async (tx) => {
    const { serviceId, type } = await requireSender({ db: tx }, input);
    assertNotArchived((await lockService(tx, serviceId))!);
    const sender = (await findSender(tx, input.senderId))!;
    if (sender.archived) throw new AppError('REFUSED', 'This sender is archived');
    const value = input.value === undefined ? sender.value : assertSenderValue(type, input.value);
    const isDefault = input.isDefault ?? sender.isDefault;
    if (value !== sender.value && sender.inboundNumberId !== null)
      throw new AppError('REQUEST_INVALID', `You can not change the inbound number for service ${serviceId}`);
    assertDefaultRemains(type, isDefault || !sender.isDefault);
    const inboundNumberId = sender.inboundNumberId ?? input.inboundNumberId ?? null;
    const after = { ...sender, value, isDefault, inboundNumberId };
    const isSame = (['value', 'isDefault', 'inboundNumberId'] as const).every(
      (field) => after[field] === sender[field],
    );
    if (isSame) return { sender, isChanged: false };

    const now = clock.now();
    if (isDefault && !sender.isDefault) await unsetDefault(tx, serviceId, type, now);
    await saveSender(tx, after, now);
    return { sender: (await findSender(tx, sender.id))!, isChanged: true };
  });
}
