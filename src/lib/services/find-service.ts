import type { ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import {
  findService,
  listEmailReplyTos,
  listGuestList,
  listSmsSenders,
  listTeamMembers,
} from './service-repository.ts';
import type { EmailReplyTo, Service, SmsSender } from './service.ts';

interface Deps {
  readonly db: Queryable;
  readonly cache: ServiceCache;
}

/** The service with this id, active or not; null when there is none. */
export async function findServiceForAuthentication({ db, cache }: Deps, id: string): Promise<Service | null> {
  return cache.read(id, 'service', () => findService(db, id));
}

/** The chosen or default text message sender; null when the chosen one is unknown, archived or another service's. */
export async function findSmsSender(
  { db, cache }: Deps,
  serviceId: string,
  id: string | null,
): Promise<SmsSender | null> {
  const senders = await cache.read(serviceId, 'sms senders', () => listSmsSenders(db, serviceId));
  return senders.find((sender) => (id === null ? sender.isDefault : sender.id === id)) ?? null;
}

/** The chosen or default reply-to address, by the same rule; a service may have no default. */
export async function findEmailReplyTo(
  { db, cache }: Deps,
  serviceId: string,
  id: string | null,
): Promise<EmailReplyTo | null> {
  const addresses = await cache.read(serviceId, 'reply-to addresses', () => listEmailReplyTos(db, serviceId));
  return addresses.find((address) => (id === null ? address.isDefault : address.id === id)) ?? null;
}

/** The recipients that a team key, or a service in trial mode, may send to: the team and the guest list. */
export async function listKnownRecipients({ db, cache }: Deps, serviceId: string): Promise<readonly string[]> {
  return cache.read(serviceId, 'known recipients', async () => {
    const guests = await listGuestList(db, serviceId);
    return [...(await listTeamRecipients({ db }, serviceId)), ...guests.map(({ recipient }) => recipient)];
  });
}

/** The recipients on the team alone, whom a member may write to in trial mode. */
export async function listTeamRecipients({ db }: Pick<Deps, 'db'>, serviceId: string): Promise<readonly string[]> {
  const team = await listTeamMembers(db, serviceId);
  return team.flatMap(({ mobileNumber, emailAddress }) =>
    mobileNumber === null ? [emailAddress] : [mobileNumber, emailAddress],
  );
}
