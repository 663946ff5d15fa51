import { columnStore } from '../secrets/secret-store.ts';
import { broadcastPersonalisationContext } from './broadcast-message.ts';

/** Where the personalisation of broadcasts is stored. */
export const broadcastSecretStore = columnStore({
  table: 'broadcast_message',
  column: 'personalisation',
  context: broadcastPersonalisationContext,
});
