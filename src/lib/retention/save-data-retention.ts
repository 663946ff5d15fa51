import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { requireService } from '../services/show-service.ts';
import type { DataRetention } from './data-retention.ts';
import { insertDataRetention, listDataRetention, updateDataRetention } from './data-retention-repository.ts';

/** What a service keeps otherwise than for a week, by type. @throws AppError NOT_FOUND */
export async function showDataRetention(
  { db }: { readonly db: Database },
  { serviceId }: { readonly serviceId: string },
): Promise<DataRetention[]> {
  await requireService({ db }, serviceId);
  return listDataRetention(db, serviceId);
}

/**
 * Sets how long a service keeps its messages of a type (admin API sheet §4.12).
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID when that is set already
 */
export async function addDataRetention(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  input: { readonly serviceId: string; readonly notificationType: NotificationType; readonly daysOfRetention: number },
): Promise<DataRetention> {
  const { serviceId, notificationType } = input;
  await requireService({ db }, serviceId);
  const id = ids.uuid();
  try {
    await insertDataRetention(db, { ...input, id, createdAt: clock.now() });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    const message = `Service already has data retention for ${notificationType} notification type`;
    throw new AppError('REQUEST_INVALID', message, { cause: error });
  }
  return (await listDataRetention(db, serviceId)).find((retention) => retention.id === id)!;
}

/** Changes how long. @throws AppError NOT_FOUND in the sheet's words */
export async function changeDataRetention(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  input: { readonly serviceId: string; readonly id: string; readonly daysOfRetention: number },
): Promise<void> {
  if (await updateDataRetention(db, input, clock.now())) return;
  const answer = `The service data retention for id: ${input.id} was not found for service: ${input.serviceId}`;
  throw new AppError('NOT_FOUND', answer, { details: { answer } });
}
