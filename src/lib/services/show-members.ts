import type { Queryable } from '../db/database.ts';
import { listMembers } from './member-repository.ts';
import type { Member } from './member.ts';
import { requireService } from './show-service.ts';

/** The team of a service with what its members may do. @throws AppError NOT_FOUND for an unknown service */
export async function showMembers({ db }: { db: Queryable }, { serviceId }: { serviceId: string }): Promise<Member[]> {
  await requireService({ db }, serviceId);
  return listMembers(db, serviceId);
}
