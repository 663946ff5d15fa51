import { describe, expect, it } from 'vitest';
import { callbackSecretStores } from '../../src/lib/callbacks/callback-secrets.ts';
import { createCallback } from '../../src/lib/callbacks/create-callback.ts';
import { setCallback } from '../../src/lib/callbacks/set-callback.ts';
import { requireCallback } from '../../src/lib/callbacks/show-callbacks.ts';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { createSecretBox } from '../../src/lib/core/secret-box.ts';
import { secretStores } from '../../src/lib/secret-stores.ts';
import { rotateSecrets } from '../../src/lib/secrets/rotate-secrets.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService } from '../support/builders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const url = 'https://1.1.1.1/';

describe('the bearer tokens of callbacks', () => {
  it('are re-encrypted with their history when keys are rotated', async () => {
    const { id: serviceId } = await aService(app);
    const callbackType = 'delivery_status';
    await setCallback(app, { serviceId, callbackType, url, bearerToken: 'the-first-token' });
    const { callback } = await setCallback(app, { serviceId, callbackType, bearerToken: 'the-second-token' });
    const newKey = `new1:${Buffer.alloc(32, 9).toString('base64')}`;
    const both = createSecretBox(parseSecretKeys(`${newKey},${testSecretKeys}`));
    for (const store of callbackSecretStores) expect(secretStores).toContain(store);
    const rotation = await rotateSecrets(
      { db: app.db, secretBox: both },
      { stores: callbackSecretStores, batchSize: 1 },
    );
    expect(rotation.stores.map(({ rotated }) => rotated)).toEqual([1, 2]);
    const onlyNew = createSecretBox(parseSecretKeys(newKey));
    expect(await requireCallback({ db: app.db, secretBox: onlyNew }, { serviceId, callbackType })).toEqual(callback);
    const stale = [{ id: callback.id, version: 2, from: 'v1.test1.stale', to: 'v1.new1.wrong', digest: '' }];
    for (const store of callbackSecretStores) expect(await store.replace(app.db, stale)).toBe(0);
  });
});

describe('a second callback of one type', () => {
  it('is refused in the words of the reference', async () => {
    const { id: serviceId } = await aService(app);
    const input = { serviceId, callbackType: 'complaint', url, bearerToken: 'a-long-token', updatedById: systemUserId };
    await createCallback(app, { ...input, callbackType: 'complaint' });
    await expect(createCallback(app, { ...input, callbackType: 'complaint' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { fields: { name: ['You can only have one URL and bearer token for your service.'] } },
    });
  });
});
