import type { Queryable } from '../db/database.ts';
import { listUserRecords, type UserFilter } from './user-record-repository.ts';
import type { UserRecord } from './user-record.ts';

/** The most users that one look at them shows. */
export const longestUserList = 1000;

/** Users by name, at most `limit`; without a filter, all but the archived ones. */
export async function listUsers(
  { db }: { db: Queryable },
  {
    emailPart = null,
    serviceId = null,
    organisationId = null,
    archived = false,
    limit = longestUserList,
  }: Partial<UserFilter> = {},
): Promise<UserRecord[]> {
  return listUserRecords(db, { emailPart, serviceId, organisationId, archived, limit });
}
