import { resealCallbackTokens } from '../db/versioned.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { bearerTokenContext } from './callback-api.ts';

/** Where bearer tokens are stored. The history comes last: by then no old one can be copied to it. */
export const callbackSecretStores: readonly SecretStore[] = (
  ['service_callback_api', 'service_callback_api_history'] as const
).map((table) => ({
  table,
  column: 'bearer_token',
  isHistory: table === 'service_callback_api_history',
  context: bearerTokenContext,
  replace: (db, values) => resealCallbackTokens(db, table, values),
}));
