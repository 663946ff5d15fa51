import type { BelongingKind } from '../services/archive-service.ts';
import { expireApiKey, listApiKeys } from './api-key-repository.ts';

/** The valid keys of a service, which are revoked when it is archived. */
export const apiKeyBelongings: BelongingKind = {
  kind: 'apiKeys',
  list: async (db, serviceId) => (await listApiKeys(db, serviceId)).filter(({ expiryDate }) => expiryDate === null),
  retire: async (tx, id, at) => {
    await expireApiKey(tx, id, at);
  },
};
