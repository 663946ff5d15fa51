import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import { readUploadedText } from '../recipients/csv/csv-source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deleteContactList, setContactListMetadata, storeContactList } from '../uploads/contact-list-file.ts';
import { keptFileName } from '../uploads/stored-csv.ts';
import { assertContactList, type ContactListCheck } from './check-contact-list.ts';
import type { ContactList } from './contact-list.ts';
import { createContactList } from './create-contact-list.ts';

export interface AddContactListInput {
  readonly serviceId: string;
  readonly source: CsvSource;
  readonly fileName: string;
  /** What its check found. */
  readonly check: ContactListCheck;
  readonly createdById: string;
}

/**
 * Stores a file that was checked as a contact list of a service.
 *
 * @throws AppError REFUSED when the check found a problem; NOT_FOUND for an unknown service or user
 */
export async function addContactList(
  deps: { readonly db: Database; readonly clock: Clock; readonly ids: Ids; readonly storage: ObjectStore },
  { serviceId, source, fileName, check, createdById }: AddContactListInput,
): Promise<ContactList> {
  const templateType = assertContactList(check, fileName);
  const { storage } = deps;
  const contactListId = deps.ids.uuid();
  const list = { serviceId, contactListId };
  const originalFileName = keptFileName(fileName);
  const rowCount = check.check.summary!.rowCount;
  await storeContactList(storage, { ...list, originalFileName, content: readUploadedText(source) });
  try {
    await setContactListMetadata(storage, list, { originalFileName, rowCount, templateType });
    const row = { serviceId, id: contactListId, originalFileName, rowCount, templateType, createdById };
    return await createContactList(deps, row);
  } catch (error) {
    await deleteContactList(storage, list);
    throw error;
  }
}
