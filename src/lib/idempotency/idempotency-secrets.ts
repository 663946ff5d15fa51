import { columnStore } from '../secrets/secret-store.ts';
import { idempotentAnswerContext } from './idempotency-key.ts';

/** Where the answers to idempotent requests are stored. */
export const idempotentAnswerSecretStore = columnStore({
  table: 'idempotency_keys',
  column: 'answer',
  context: idempotentAnswerContext,
});
