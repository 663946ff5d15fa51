import type { SecretStore } from '../secrets/secret-store.ts';
import { idempotentAnswerContext } from './idempotency-key.ts';
import { replaceIdempotentAnswers } from './idempotency-repository.ts';

/** Where the answers to idempotent requests are stored. */
export const idempotentAnswerSecretStore: SecretStore = {
  table: 'idempotency_keys',
  column: 'answer',
  isHistory: false,
  context: idempotentAnswerContext,
  replace: replaceIdempotentAnswers,
};
