import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { assertIdempotencyKey, type IdempotencyScope } from './idempotency-key.ts';
import { claimIdempotencyKey, findIdempotencyKey } from './idempotency-repository.ts';

export interface IdempotencyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
}

/** A request to be worked on, or the answer that was given to it before. */
export type IdempotentRequest =
  { readonly kind: 'new'; readonly claimId: string } | { readonly kind: 'replay'; readonly answer: string };

const tries = 3;

/**
 * Begins a request that carries an `Idempotency-Key` (public API sheet §16). Whoever gets `new` ends it: with the effect,
 * by `keepIdempotentAnswers`, or without, by `giveUpIdempotentRequest`.
 *
 * @param body the request's body as received
 * @throws AppError VALIDATION_FAILED for an unusable key; IDEMPOTENCY_MISMATCH; IDEMPOTENCY_IN_PROGRESS
 */
export async function beginIdempotentRequest(
  { db, clock, ids, secretBox }: IdempotencyDeps,
  scope: IdempotencyScope,
  body: Uint8Array,
): Promise<IdempotentRequest> {
  assertIdempotencyKey(scope.key);
  const requestDigest = createHash('sha256').update(body).digest();
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const claimId = ids.uuid();
    if (await claimIdempotencyKey(db, scope, { claimId, requestDigest, at: clock.now() }))
      return { kind: 'new', claimId };
    const known = await findIdempotencyKey(db, secretBox, scope);
    // Freed between the two statements.
    if (known === null) continue;
    if (!timingSafeEqual(known.requestDigest, requestDigest)) {
      throw new AppError('IDEMPOTENCY_MISMATCH', 'Idempotency-Key was already used with a different request');
    }
    if (known.answer !== null) return { kind: 'replay', answer: known.answer };
    break;
  }
  throw new AppError('IDEMPOTENCY_IN_PROGRESS', 'A request with this Idempotency-Key is still in progress', {
    details: { retryAfterSeconds: 1 },
  });
}
