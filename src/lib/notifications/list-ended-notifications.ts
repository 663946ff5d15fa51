import type { Queryable } from '../db/database.ts';
import { listEndedByIds, listEndedByReferences, type EndedNotification } from './notification-repository.ts';

export type { EndedNotification };

/**
 * What became of notifications, by their ids (of one service, when that is given) or by the references that the service
 * gave them. What is not there is left out.
 */
export async function listEndedNotifications(
  { db }: { db: Queryable },
  selection:
    { ids: readonly string[]; serviceId: string | null } | { references: readonly string[]; serviceId: string },
): Promise<EndedNotification[]> {
  if ('ids' in selection) return listEndedByIds(db, selection.ids, selection.serviceId);
  return listEndedByReferences(db, selection.references, selection.serviceId);
}
