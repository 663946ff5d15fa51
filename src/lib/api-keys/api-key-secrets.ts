import { resealVersioned } from '../db/versioned.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { apiKeySecretContext } from './api-key.ts';

/** Where the secrets of API keys are stored. The history comes last: by then no old secret can be copied to it. */
export const apiKeySecretStores: readonly SecretStore[] = (['api_keys', 'api_keys_history'] as const).map((table) => ({
  table,
  column: 'secret',
  isHistory: table === 'api_keys_history',
  context: apiKeySecretContext,
  replace: (db, values) => resealVersioned(db, table, values),
}));
