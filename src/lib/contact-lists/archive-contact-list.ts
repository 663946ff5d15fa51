import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteContactList } from '../uploads/contact-list-file.ts';
import { markContactListArchived } from './contact-list-repository.ts';
import { noSuchContactList } from './list-contact-lists.ts';

/**
 * Archives a contact list for good and deletes its file (jobs sheet §4). The file goes first: were it left behind, nobody
 * could delete it any more.
 *
 * @throws AppError NOT_FOUND, also when it is archived already
 */
export async function archiveContactList(
  { db, clock, storage }: { readonly db: Database; readonly clock: Clock; readonly storage: ObjectStore },
  { serviceId, contactListId }: { serviceId: string; contactListId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const isArchived = await markContactListArchived(tx, { serviceId, id: contactListId }, clock.now());
    if (!isArchived) throw noSuchContactList(contactListId);
    await deleteContactList(storage, { serviceId, contactListId });
  });
}
