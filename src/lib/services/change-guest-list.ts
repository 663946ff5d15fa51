import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { comparableRecipient } from '../recipients/recipient-comparison.ts';
import { toGuestList } from './guest-list.ts';
import { listGuestList, lockService, replaceGuestList, type GuestListEntry } from './service-repository.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';

export interface ChangeGuestListInput {
  serviceId: string;
  /** The whole list, replacing the one there is; otherwise the changes are made to that one. */
  replacement?: readonly string[];
  add?: readonly string[];
  /** In any spelling of the same number or address. */
  remove?: readonly string[];
}

/**
 * Changes who may receive messages of a trial service or a team key, all or nothing. What is so already is left alone.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service; USAGE_INVALID for an entry that is neither a phone number
 *   nor an email address
 */
export async function changeGuestList(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, replacement, add = [], remove = [] }: ChangeGuestListInput,
): Promise<{ guestList: GuestListEntry[]; isChanged: boolean }> {
  const replacing = replacement === undefined ? null : toGuestList(replacement, ids);
  const added = toGuestList(add, ids);
  const removed = new Set(remove.map((recipient) => comparableRecipient(recipient.trim())));

  return db.transaction(async (tx) => {
    const service = await lockService(tx, serviceId);
    if (service === null) throw noSuchService(serviceId);
    assertNotArchived(service);
    const before = await listGuestList(tx, serviceId);
    const after = (replacing ?? before).filter(({ recipient }) => !removed.has(comparableRecipient(recipient)));
    const known = new Set(after.map(({ recipient }) => comparableRecipient(recipient)));
    for (const entry of added) {
      const comparable = comparableRecipient(entry.recipient);
      if (!known.has(comparable)) after.push(entry);
      known.add(comparable);
    }
    const isSame =
      after.length === before.length && after.every(({ recipient }, index) => recipient === before[index]!.recipient);
    if (isSame) return { guestList: before, isChanged: false };
    // New ids in the order of the list, which is the order it is read in.
    const guestList = after.map((entry) => ({ ...entry, id: ids.uuid() }));
    await replaceGuestList(tx, serviceId, guestList, clock.now());
    return { guestList, isChanged: true };
  });
}
