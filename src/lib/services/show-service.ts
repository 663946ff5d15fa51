import { AppError } from '../core/errors.ts';
import { uncached, type ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import { findServiceForAuthentication } from './find-service.ts';
import {
  findService,
  listEmailReplyTos,
  listGuestList,
  listSmsSenders,
  listTeamMembers,
} from './service-repository.ts';
import type { TeamMember } from '../users/user.ts';
import type { EmailReplyTo, Service, SmsSender } from './service.ts';

export interface ServiceDetails extends Service {
  readonly smsSenders: readonly SmsSender[];
  readonly emailReplyTos: readonly EmailReplyTo[];
  readonly guestList: readonly string[];
  readonly team: readonly TeamMember[];
}

/** @throws AppError NOT_FOUND */
export async function showService({ db }: { db: Queryable }, id: string): Promise<ServiceDetails> {
  const service = await requireService({ db }, id);
  return {
    ...service,
    smsSenders: await listSmsSenders(db, id),
    emailReplyTos: await listEmailReplyTos(db, id),
    guestList: (await listGuestList(db, id)).map(({ recipient }) => recipient),
    team: await listTeamMembers(db, id),
  };
}

/** The service as it is now, or, with a cache, as this process knows it. @throws AppError NOT_FOUND */
export async function requireService(
  { db, cache = uncached }: { db: Queryable; cache?: ServiceCache },
  id: string,
): Promise<Service> {
  const service = await findServiceForAuthentication({ db, cache }, id);
  if (service === null) throw noSuchService(id);
  return service;
}

/** A service that there may be, archived ones included; null when there is none. */
export async function findServiceById({ db }: { db: Queryable }, id: string): Promise<Service | null> {
  return findService(db, id);
}

export function noSuchService(id: string): AppError {
  return new AppError('NOT_FOUND', `No service has the id '${id}'`, { details: { serviceId: id } });
}

/** @throws AppError REFUSED */
export function assertNotArchived(service: Service): void {
  if (!service.active) throw new AppError('REFUSED', `Service '${service.name}' is archived`);
}
