import { columnStore } from '../secrets/secret-store.ts';
import { personalisationContext } from './notification.ts';

/** Where the personalisation of messages is stored. */
export const personalisationSecretStore = columnStore({
  table: 'notifications',
  column: 'personalisation',
  context: personalisationContext,
});
