import type { Queryable } from '../db/database.ts';
import {
  findService,
  listEmailReplyTos,
  listGuestList,
  listSmsSenders,
  listTeamMembers,
} from './service-repository.ts';
import type { EmailReplyTo, Service, SmsSender } from './service.ts';

/** The service with this id, active or not; null when there is none. */
export async function findServiceForAuthentication({ db }: { db: Queryable }, id: string): Promise<Service | null> {
  return findService(db, id);
}

/** The chosen or default text message sender; null when the chosen one is unknown, archived or another service's. */
export async function findSmsSender(
  { db }: { db: Queryable },
  serviceId: string,
  id: string | null,
): Promise<SmsSender | null> {
  const senders = await listSmsSenders(db, serviceId);
  return senders.find((sender) => (id === null ? sender.isDefault : sender.id === id)) ?? null;
}

/** The chosen or default reply-to address, by the same rule; a service may have no default. */
export async function findEmailReplyTo(
  { db }: { db: Queryable },
  serviceId: string,
  id: string | null,
): Promise<EmailReplyTo | null> {
  const addresses = await listEmailReplyTos(db, serviceId);
  return addresses.find((address) => (id === null ? address.isDefault : address.id === id)) ?? null;
}

/** Everybody on the team: their mobile numbers and email addresses. */
export async function listTeamRecipients({ db }: { db: Queryable }, serviceId: string): Promise<string[]> {
  const members = await listTeamMembers(db, serviceId);
  return members.flatMap(({ mobileNumber, emailAddress }) =>
    mobileNumber === null ? [emailAddress] : [mobileNumber, emailAddress],
  );
}

/** The recipients on a service's guest list. */
export async function listGuests({ db }: { db: Queryable }, serviceId: string): Promise<string[]> {
  return (await listGuestList(db, serviceId)).map(({ recipient }) => recipient);
}
