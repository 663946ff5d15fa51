import { apiKeySecretStores } from './api-keys/api-key-secrets.ts';
import { broadcastSecretStore } from './broadcasts/broadcast-secrets.ts';
import { callbackSecretStores } from './callbacks/callback-secrets.ts';
import { idempotentAnswerSecretStore } from './idempotency/idempotency-secrets.ts';
import { inboundSecretStore } from './inbound/inbound-secrets.ts';
import { personalisationSecretStore } from './notifications/personalisation-secrets.ts';
import type { SecretStore } from './secrets/secret-store.ts';

/** Every place of the database that holds encrypted values: what rotation rewrites and `doctor` tries to read. */
export const secretStores: readonly SecretStore[] = [
  ...apiKeySecretStores,
  personalisationSecretStore,
  idempotentAnswerSecretStore,
  inboundSecretStore,
  ...callbackSecretStores,
  broadcastSecretStore,
];
