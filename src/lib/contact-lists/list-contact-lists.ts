import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { keptSince, readRetentionDays } from '../retention/read-data-retention.ts';
import { findServiceOfContactList, listContactListsOfService, type RecentSince } from './contact-list-repository.ts';
import type { ContactList } from './contact-list.ts';

export interface ContactListDeps {
  readonly db: Queryable;
  readonly clock: Clock;
}

/** The contact lists of a service, the newest first; archived ones are gone. */
export async function listContactLists(
  deps: ContactListDeps,
  { serviceId }: { serviceId: string },
): Promise<ContactList[]> {
  return listContactListsOfService(deps.db, serviceId, await readRecentSince(deps, serviceId));
}

/** @throws AppError NOT_FOUND, also when it is archived or another service's */
export async function showContactList(
  deps: ContactListDeps,
  { serviceId, contactListId }: { serviceId: string; contactListId: string },
): Promise<ContactList> {
  const recent = await readRecentSince(deps, serviceId);
  const [list] = await listContactListsOfService(deps.db, serviceId, recent, contactListId);
  if (list === undefined) throw noSuchContactList(contactListId);
  return list;
}

/** A contact list by id, for operators. @throws AppError NOT_FOUND, also when it is archived */
export async function showAnyContactList(
  deps: ContactListDeps,
  { contactListId }: { contactListId: string },
): Promise<ContactList> {
  const serviceId = await findServiceOfContactList(deps.db, contactListId);
  if (serviceId === null) throw noSuchContactList(contactListId);
  return showContactList(deps, { serviceId, contactListId });
}

export function noSuchContactList(id: string): AppError {
  return new AppError('NOT_FOUND', `No contact list has the id '${id}', or it is archived`);
}

async function readRecentSince({ db, clock }: ContactListDeps, serviceId: string): Promise<RecentSince> {
  const days = await readRetentionDays({ db }, serviceId);
  const now = clock.now();
  return { sms: keptSince(days.sms, now), email: keptSince(days.email, now) };
}
