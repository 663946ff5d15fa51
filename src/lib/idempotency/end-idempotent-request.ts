import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import type { IdempotentAnswer } from './idempotency-key.ts';
import { completeClaims, releaseClaim } from './idempotency-repository.ts';

/**
 * Keeps the answers to requests that were done, in the transaction of their effect.
 *
 * @throws AppError CONFLICT when a key was taken over by another request; the transaction must not commit
 */
export async function keepIdempotentAnswers(
  { secretBox }: { secretBox: SecretBox },
  tx: Queryable,
  answers: readonly IdempotentAnswer[],
): Promise<void> {
  if (answers.length > 0) await completeClaims(tx, secretBox, answers);
}

/** Frees the key of a request that was refused: it may be made again. */
export async function giveUpIdempotentRequest({ db }: { db: Queryable }, claimId: string): Promise<void> {
  await releaseClaim(db, claimId);
}
