import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { requireService } from '../services/show-service.ts';
import { deleteDataRetention, upsertDataRetention } from './data-retention-repository.ts';

/** Above it, whoever sets it is warned: personal data should not be kept for longer (admin API sheet §4.12). */
export const mostUsualDays = 90;

/** Sets how long a service keeps its messages of a type, whether or not that was set before. @throws AppError NOT_FOUND */
export async function setDataRetention(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  input: { readonly serviceId: string; readonly notificationType: NotificationType; readonly daysOfRetention: number },
): Promise<void> {
  await requireService({ db }, input.serviceId);
  await upsertDataRetention(db, { ...input, id: ids.uuid(), createdAt: clock.now() });
}

/** Has a service keep its messages for a week again: those of a type, or all. @throws AppError NOT_FOUND */
export async function clearDataRetention(
  { db }: { readonly db: Database },
  { serviceId, type }: { readonly serviceId: string; readonly type: NotificationType | null },
): Promise<void> {
  await requireService({ db }, serviceId);
  await deleteDataRetention(db, { serviceId, type });
}
