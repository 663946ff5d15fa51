import type { KeyType } from '../api-keys/api-key.ts';
import { AppError } from '../core/errors.ts';

/** What an `Idempotency-Key` belongs to (public API sheet §16). */
export interface IdempotencyScope {
  readonly serviceId: string;
  readonly keyType: KeyType;
  /** Path of the request. */
  readonly path: string;
  /** The caller's key. */
  readonly key: string;
}

/** The answer to keep for a claim. */
export interface IdempotentAnswer {
  readonly claimId: string;
  /** The body of the answer, as sent. */
  readonly body: string;
}

export const idempotencyKeyLifeMs = 24 * 60 * 60 * 1000;

/**
 * A request that never ended its claim (its process died) frees the key after this long. Longer than any request takes
 * to be answered, and what commits later still finds its claim gone.
 */
export const abandonedClaimMs = 5 * 60 * 1000;

/** Where kept answers are stored, for the secret box: they hold the text of messages. */
export const idempotentAnswerContext = 'idempotency_keys.answer';

const allowed = /^[\x20-\x7e]{1,255}$/;

/** @throws AppError VALIDATION_FAILED */
export function assertIdempotencyKey(key: string): void {
  if (allowed.test(key)) return;
  const message = 'Idempotency-Key must be 1 to 255 printable characters';
  throw new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
