import type { SecretStore } from '../secrets/secret-store.ts';
import { replaceInboundContent } from './inbound-sms-repository.ts';
import { inboundContentContext } from './inbound-sms.ts';

/** Where the contents of received texts are stored. */
export const inboundSecretStore: SecretStore = {
  table: 'inbound_sms',
  column: 'content',
  isHistory: false,
  context: inboundContentContext,
  replace: replaceInboundContent,
};
