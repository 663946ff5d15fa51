import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { requireUser } from '../users/show-user.ts';
import { insertContactList } from './contact-list-repository.ts';
import type { ContactList, ContactListType } from './contact-list.ts';
import { showContactList } from './list-contact-lists.ts';

export interface CreateContactListInput {
  readonly serviceId: string;
  /** Of the stored file. */
  readonly id: string;
  readonly originalFileName: string;
  readonly rowCount: number;
  readonly templateType: ContactListType;
  readonly createdById: string;
}

/**
 * Notes a file that is stored as a contact list (jobs sheet §4).
 *
 * @throws AppError NOT_FOUND for an unknown service or user; CONFLICT when the id is taken
 */
export async function createContactList(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  input: CreateContactListInput,
): Promise<ContactList> {
  const { serviceId, id } = input;
  await requireService({ db }, serviceId);
  await requireUser({ db }, input.createdById);
  try {
    await insertContactList(db, { ...input, createdAt: clock.now() });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw new AppError('CONFLICT', `The contact list id '${id}' is taken`, { cause: error });
  }
  return showContactList({ db, clock }, { serviceId, contactListId: id });
}
