import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import {
  abandonedClaimMs,
  idempotencyKeyLifeMs,
  idempotentAnswerContext,
  type IdempotencyScope,
  type IdempotentAnswer,
} from './idempotency-key.ts';

/** What is known of a key that another request holds or has used. */
export interface KnownKey {
  readonly requestDigest: Buffer;
  /** The body that was answered; null while that request is in progress. */
  readonly answer: string | null;
}

/**
 * Takes a key for a request. False when it is taken: it was used in the last 24 hours, or a request with it is in
 * progress. Durable at once, so that other processes see it.
 */
export async function claimIdempotencyKey(
  db: Queryable,
  { serviceId, keyType, path, key }: IdempotencyScope,
  { claimId, requestDigest, at }: { claimId: string; requestDigest: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'claim_idempotency_key',
    text: `INSERT INTO idempotency_keys AS known (service_id, key_type, path, idempotency_key, id, request_digest, claimed_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (service_id, key_type, path, idempotency_key) DO UPDATE
        SET id = excluded.id, request_digest = excluded.request_digest, claimed_at = excluded.claimed_at, answer = NULL
        WHERE known.claimed_at < $8 OR (known.answer IS NULL AND known.claimed_at < $9)`,
    values: [
      ...[serviceId, keyType, path, key, claimId, requestDigest, at],
      new Date(at.getTime() - idempotencyKeyLifeMs),
      new Date(at.getTime() - abandonedClaimMs),
    ],
  });
  return rowCount === 1;
}

/** The state of a key; null when it is free (again). */
export async function findIdempotencyKey(
  db: Queryable,
  secretBox: SecretBox,
  { serviceId, keyType, path, key }: IdempotencyScope,
): Promise<KnownKey | null> {
  const { rows } = await db.query<{ request_digest: Buffer; answer: string | null }>({
    name: 'find_idempotency_key',
    text: `SELECT request_digest, answer FROM idempotency_keys
      WHERE service_id = $1 AND key_type = $2 AND path = $3 AND idempotency_key = $4`,
    values: [serviceId, keyType, path, key],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const answer = row.answer === null ? null : secretBox.open(row.answer, idempotentAnswerContext);
  return { requestDigest: row.request_digest, answer };
}

/**
 * Keeps the answers of claimed keys, in the transaction of their effect.
 *
 * @throws AppError CONFLICT when a claim is gone: another request has taken the key over
 */
export async function completeClaims(
  tx: Queryable,
  secretBox: SecretBox,
  answers: readonly IdempotentAnswer[],
): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'complete_idempotent_requests',
    text: `UPDATE idempotency_keys SET answer = given.answer
      FROM unnest($1::uuid[], $2::text[]) AS given (id, answer)
      WHERE idempotency_keys.id = given.id AND idempotency_keys.answer IS NULL`,
    values: [
      answers.map(({ claimId }) => claimId),
      answers.map(({ body }) => secretBox.seal(body, idempotentAnswerContext)),
    ],
  });
  if (rowCount !== answers.length) {
    throw new AppError('CONFLICT', 'The Idempotency-Key of this request was taken over by another request');
  }
}

/** Frees the key of a request that was refused. */
export async function releaseClaim(db: Queryable, claimId: string): Promise<void> {
  await db.query({
    name: 'release_idempotency_key',
    text: 'DELETE FROM idempotency_keys WHERE id = $1 AND answer IS NULL',
    values: [claimId],
  });
}

/** Deletes at most `limit` keys that were claimed before a time. Returns how many. */
export async function deleteIdempotencyKeys(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query({
    text: `DELETE FROM idempotency_keys WHERE id IN
      (SELECT id FROM idempotency_keys WHERE claimed_at < $1 ORDER BY claimed_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    values: [before, limit],
  });
  return rowCount ?? 0;
}
