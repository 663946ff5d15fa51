import type { SecretStore } from '../secrets/secret-store.ts';
import { personalisationContext } from './notification.ts';
import { replacePersonalisation } from './personalisation-repository.ts';

/** Where the personalisation of messages is stored. */
export const personalisationSecretStore: SecretStore = {
  table: 'notifications',
  column: 'personalisation',
  isHistory: false,
  context: personalisationContext,
  replace: replacePersonalisation,
};
