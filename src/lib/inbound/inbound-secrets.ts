import { columnStore } from '../secrets/secret-store.ts';
import { inboundContentContext } from './inbound-sms.ts';

/** Where the contents of received texts are stored. */
export const inboundSecretStore = columnStore({
  table: 'inbound_sms',
  column: 'content',
  context: inboundContentContext,
});
