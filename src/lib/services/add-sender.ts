import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { findSender, insertSender, listSendersOfType, unsetDefault } from './sender-repository.ts';
import { assertDefaultRemains, assertSenderValue, type Sender, type SenderType } from './sender.ts';
import { lockService } from './service-repository.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';

export interface AddSenderInput {
  serviceId: string;
  type: SenderType;
  value: string;
  isDefault: boolean;
  id?: string;
  /** Text message senders only. */
  inboundNumberId?: string | null;
}

/**
 * Adds a text message sender, reply-to address or letter contact (admin API sheet §4.5). A new default takes the place of
 * the old one; the first of text messages and emails must be the default.
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one; USAGE_INVALID for a value that cannot
 *   be used; REQUEST_INVALID without a default; CONFLICT for a reply-to address or an id that is there already
 */
export async function addSender(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, type, isDefault, ...input }: AddSenderInput,
): Promise<Sender> {
  const value = assertSenderValue(type, input.value);
  const id = input.id ?? ids.uuid();
  try {
    return await db.transaction(async (tx) => {
      const service = await lockService(tx, serviceId);
      if (service === null) throw noSuchService(serviceId);
      assertNotArchived(service);
      const others = await listSendersOfType(tx, serviceId, type);
      if (type === 'email' && others.some((other) => other.value === value))
        throw new AppError('CONFLICT', `‘${value}’ is already a reply-to email address for this service.`);
      assertDefaultRemains(type, isDefault || others.length > 0);
      const createdAt = clock.now();
      if (isDefault) await unsetDefault(tx, serviceId, type, createdAt);
      const inboundNumberId = input.inboundNumberId ?? null;
      await insertSender(tx, { id, serviceId, type, value, isDefault, inboundNumberId, createdAt });
      return (await findSender(tx, id))!;
    });
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === null) throw error;
    const what = constraint.endsWith('_pkey') ? `The sender id '${id}'` : 'The inbound number of this sender';
    throw new AppError('CONFLICT', `${what} is taken`, { cause: error });
  }
}
