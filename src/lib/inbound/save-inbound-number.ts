import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { insertInboundNumber, lockInboundNumber, updateInboundNumber } from './inbound-number-repository.ts';
import { assertInboundNumber } from './inbound-number.ts';

export interface SaveInboundNumberInput {
  id: string;
  number: string;
  provider: string;
  serviceId: string | null;
}

/**
 * Makes an inbound number with this id for a service, or changes the one there is.
 *
 * @throws AppError USAGE_INVALID for what is no number of a phone; CONFLICT for a number that is known under another id,
 *   and for a service that has another number
 */
export async function saveInboundNumber(
  { db, clock }: { db: Database; clock: Clock },
  { id, number, provider, serviceId }: SaveInboundNumberInput,
): Promise<'created' | 'changed' | 'unchanged'> {
  assertInboundNumber(number);
  try {
    return await db.transaction(async (tx) => {
      const wanted = { id, number, provider, serviceId };
      const existing = await lockInboundNumber(tx, id);
      if (existing === null) {
        const isNew = await insertInboundNumber(tx, wanted, clock.now());
        if (!isNew) throw taken(number);
        return 'created';
      }
      const isSame = (['number', 'provider', 'serviceId'] as const).every((field) => existing[field] === wanted[field]);
      if (isSame) return 'unchanged';
      await updateInboundNumber(tx, wanted, clock.now());
      return 'changed';
    });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw taken(number, error);
  }
}

function taken(number: string, cause?: unknown): AppError {
  return new AppError(
    'CONFLICT',
    `The inbound number '${number}' is known under another id, or the service has another number`,
    { cause },
  );
}
