import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiKeySecretStores } from '../../src/lib/api-keys/api-key-secrets.ts';
import { authenticateService } from '../../src/lib/api-keys/authenticate-service.ts';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { createSecretBox, type SecretBox } from '../../src/lib/core/secret-box.ts';
import type { Queryable } from '../../src/lib/db/database.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { showNotification } from '../../src/lib/notifications/show-notification.ts';
import { secretStores } from '../../src/lib/secret-stores.ts';
import { addSecretKey } from '../../src/lib/secrets/add-secret-key.ts';
import { rotateSecrets, type RotatedStore, type RotateResult } from '../../src/lib/secrets/rotate-secrets.ts';
import { nameOfStore } from '../../src/lib/secrets/secret-store.ts';
import { anApiKey, aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { signToken } from '../support/token.ts';

const anApp = useTestApps();

const newKey = `new1:${Buffer.alloc(32, 9).toString('base64')}`;
const oldAndNew = createSecretBox(parseSecretKeys(`${newKey},${testSecretKeys}`));
const onlyNew = createSecretBox(parseSecretKeys(newKey));

interface Filled {
  readonly app: TestApp;
  readonly serviceId: string;
  /** Text of the key that is valid. */
  readonly apiKey: string;
  readonly notificationIds: readonly string[];
}

/** Two keys, one of them revoked (so with two versions), and some messages. */
async function filled(messages = 7): Promise<Filled> {
  const app = await anApp();
  const { id: serviceId } = await aService(app);
  const { text } = await anApiKey(app, serviceId);
  const { apiKey: revoked } = await anApiKey(app, serviceId);
  await revokeApiKey(app, { apiKeyId: revoked.id });
  const template = await aTemplate(app, serviceId);
  const notificationIds: string[] = [];
  for (let number = 1; number <= messages; number += 1) {
    const personalisation = { name: `Zoë ${number}` };
    const input = {
      templateId: template.id,
      to: '07700900100',
      personalisation,
      clientReference: null,
      senderId: null,
    };
    notificationIds.push((await sendOne(app, input)).id);
  }
  return { app, serviceId, apiKey: text, notificationIds };
}

/** Everything of the rows that must not change. */
async function meaning(db: Queryable): Promise<unknown> {
  const { rows } = await db.query(`
    SELECT 'key' AS kind, to_jsonb(k) - 'secret' - 'secret_digest' AS row FROM api_keys k
    UNION ALL SELECT 'version', to_jsonb(h) - 'secret' - 'secret_digest' FROM api_keys_history h
    UNION ALL SELECT 'message', to_jsonb(n) - 'personalisation' FROM notifications n ORDER BY 1, 2`);
  return rows;
}

async function keyIdsInUse(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>(`
    SELECT DISTINCT split_part(sealed, '.', 2) AS key FROM (SELECT secret FROM api_keys
      UNION ALL SELECT secret FROM api_keys_history UNION ALL SELECT personalisation FROM notifications) s (sealed)`);
  return rows.map(({ key }) => key).sort();
}

const rotate = (
  app: TestApp,
  input: Partial<Parameters<typeof rotateSecrets>[1]> = {},
  secretBox: SecretBox = oldAndNew,
): Promise<RotateResult> => rotateSecrets({ db: app.db, secretBox }, { stores: secretStores, batchSize: 3, ...input });

/** The stores that `filled` puts something into. */
function filledStores({ stores }: RotateResult): RotatedStore[] {
  const names = ['api_keys.secret', 'api_keys_history.secret', 'notifications.personalisation'];
  return stores.filter(({ store }) => names.includes(store));
}

describe('rotation', () => {
  it('stores every secret under the first key and changes nothing else', async () => {
    const { app, serviceId, apiKey, notificationIds } = await filled();
    const before = await meaning(app.db);
    const progress: string[] = [];
    const result = await rotate(app, { onProgress: (done, total) => progress.push(`${done}/${total}`) });
    expect(result).toMatchObject({ currentKeyId: 'new1', remaining: {} });
    expect(result.stores.map(({ store }) => store)).toEqual(secretStores.map(nameOfStore));
    expect(filledStores(result)).toEqual([
      { store: 'api_keys.secret', outdated: { test1: 2 }, rotated: 2, unreadable: {} },
      { store: 'api_keys_history.secret', outdated: { test1: 3 }, rotated: 3, unreadable: {} },
      { store: 'notifications.personalisation', outdated: { test1: 7 }, rotated: 7, unreadable: {} },
    ]);
    expect(progress).toEqual(['2/12', '5/12', '8/12', '11/12', '12/12']);
    expect(await meaning(app.db)).toEqual(before);
    expect(await keyIdsInUse(app.db)).toEqual(['new1']);

    // The old key is not needed any more.
    const deps = { ...app, secretBox: onlyNew };
    const token = signToken(apiKey);
    await expect(authenticateService(deps, `Bearer ${token}`)).resolves.toMatchObject({ service: { id: serviceId } });
    const { personalisation } = await showNotification(deps, { notificationId: notificationIds[3]! });
    expect(personalisation).toEqual({ name: 'Zoë 4' });
    const { rows } = await app.db.query<{ secret_digest: string }>('SELECT secret_digest FROM api_keys');
    const digest = onlyNew.digest(apiKey.slice(-36), 'api_keys.secret');
    expect(rows.map(({ secret_digest }) => secret_digest)).toContain(digest);
  });

  it('finds nothing to do the second time', async () => {
    const { app } = await filled();
    await rotate(app);
    const { stores, remaining } = await rotate(app);
    expect(remaining).toEqual({});
    expect(stores.map(({ rotated, outdated }) => ({ rotated, outdated }))).toEqual(
      stores.map(() => ({ rotated: 0, outdated: {} })),
    );
  });

  it('only counts in a dry run', async () => {
    const { app } = await filled();
    const { remaining, stores } = await rotate(app, { dryRun: true });
    expect(remaining).toEqual({ test1: 12 });
    expect(stores.map(({ rotated }) => rotated)).toEqual(stores.map(() => 0));
    expect(await keyIdsInUse(app.db)).toEqual(['test1']);
  });

  it('goes on where it was stopped', async () => {
    const { app } = await filled();
    const controller = new AbortController();
    const stopped = await rotate(app, {
      signal: controller.signal,
      onProgress: (done) => done >= 8 && controller.abort(),
    });
    expect(stopped.remaining).toEqual({ test1: 4 });
    expect(await keyIdsInUse(app.db)).toEqual(['new1', 'test1']);

    const resumed = await rotate(app);
    expect(filledStores(resumed).map(({ rotated }) => rotated)).toEqual([0, 0, 4]);
    expect(resumed.remaining).toEqual({});
  });

  it('is harmless when two run at once', async () => {
    const { app } = await filled(40);
    const runs = await Promise.all([rotate(app), rotate(app), rotate(app)]);
    const rotated = runs.flatMap(({ stores }) => stores.map((store) => store.rotated));
    expect(rotated.reduce((sum, count) => sum + count, 0)).toBe(2 + 3 + 40);
    expect(runs.map(({ remaining }) => remaining)).toEqual([{}, {}, {}]);
    expect((await rotate(app, {}, onlyNew)).remaining).toEqual({});
  });

  it('leaves a secret to whoever changed it meanwhile', async () => {
    const { app } = await filled(1);
    const { rows } = await app.db.query<{ id: string; version: number; secret: string }>('SELECT * FROM api_keys');
    const stale = rows.map(({ id, version }) => ({ id, version, from: 'v1.test1.other', to: 'x', digest: 'x' }));
    for (const { replace } of secretStores) expect(await replace(app.db, stale)).toBe(0);
    const history = apiKeySecretStores[1]!;
    const [key] = rows;
    const otherVersion = { id: key!.id, version: 99, from: key!.secret, to: 'x', digest: 'x' };
    expect(await history.replace(app.db, [otherVersion])).toBe(0);
  });

  it('counts what no configured key opens, and rotates the rest', async () => {
    const { app } = await filled();
    const lost = createSecretBox(parseSecretKeys(`lost:${Buffer.alloc(32, 3).toString('base64')}`));
    await app.db.query({
      text: 'UPDATE notifications SET personalisation = $1 WHERE id = (SELECT id FROM notifications ORDER BY id LIMIT 1)',
      values: [lost.seal('{}', 'notifications.personalisation')],
    });
    await app.db.query(`UPDATE api_keys_history SET secret = 'plain.text.secret' WHERE version = 2`);
    const result = await rotate(app);
    expect(filledStores(result).map(({ rotated, unreadable }) => ({ rotated, unreadable }))).toEqual([
      { rotated: 2, unreadable: {} },
      { rotated: 2, unreadable: { 'unknown form': 1 } },
      { rotated: 6, unreadable: { lost: 1 } },
    ]);
    expect(result.remaining).toEqual({ 'unknown form': 1, lost: 1 });
  });
});

describe('a new key of an embedded database', () => {
  const config = async (): Promise<Parameters<typeof addSecretKey>[0]> => ({
    secretKeys: null,
    databaseUrl: null,
    stateDir: join(await temporaryFolder(), 'state'),
  });

  it('comes first in the key file, which stays closed to others, and the old ones stay behind it', async () => {
    const input = await config();
    expect(await addSecretKey(input)).toEqual({ keyId: 'local2' });
    expect(await addSecretKey(input)).toEqual({ keyId: 'local3' });
    const file = join(input.stateDir, 'secret-keys');
    const keys = parseSecretKeys((await readFile(file, 'utf8')).trim());
    expect(keys.map(({ id }) => id)).toEqual(['local3', 'local2', 'local1']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is made once for each of two that ask at once', async () => {
    const input = await config();
    const made = await Promise.all([addSecretKey(input), addSecretKey(input)]);
    expect(made.map(({ keyId }) => keyId).sort()).toEqual(['local2', 'local3']);
  });

  it.each([{ secretKeys: parseSecretKeys(testSecretKeys) }, { databaseUrl: 'postgres://127.0.0.1/notify' }])(
    'is refused where keys are configured',
    async (changes) => {
      await expect(addSecretKey({ ...(await config()), ...changes })).rejects.toMatchObject({
        code: 'REFUSED',
        hint: expect.stringContaining('NOTIFY_SECRET_KEYS') as unknown,
      });
    },
  );
});
