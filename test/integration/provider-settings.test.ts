/** Which providers a process has, and which of them get messages (delivery sheet §4.1). */
import { describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import type { Config } from '../../src/lib/config/schema.ts';
import { listProviderShares } from '../../src/lib/providers/list-provider-shares.ts';
import { reconcileProviders } from '../../src/lib/providers/reconcile-providers.ts';
import { updateProviderSettings } from '../../src/lib/providers/update-provider-settings.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';

const anApp = useTestApps();
const webhook = { smsWebhook: readSmsWebhook({ url: 'https://gateway.example/', international: false }) };
const all: Partial<Config> = {
  mmgApiKey: 'key',
  firetextApiKey: 'key',
  sesRegion: 'eu-west-2',
  smtpUrl: 'smtp://127.0.0.1:1',
  ...webhook,
};

/** `type identifier` of the active rows. */
async function active(app: TestApp): Promise<string[]> {
  const { rows } = await app.db.query<{ name: string }>(
    `SELECT notification_type || ' ' || identifier AS name FROM provider_details WHERE active ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

async function history(app: TestApp, identifier: string): Promise<object[]> {
  const { rows } = await app.db.query({
    text: `SELECT version, active, priority, reason FROM provider_details_history
           WHERE identifier = $1 AND notification_type <> 'letter' ORDER BY version`,
    values: [identifier],
  });
  return rows;
}

describe('the providers of a process', () => {
  it.each<[Partial<Config>, string[], string[]]>([
    [{}, ['sandbox'], ['sandbox']],
    [{ mmgApiKey: 'k' }, ['sandbox', 'mmg'], ['sandbox']],
    [{ firetextApiKey: 'k' }, ['sandbox', 'firetext'], ['sandbox']],
    [webhook, ['sandbox', 'webhook'], ['sandbox']],
    [{ sesRegion: 'eu-west-2' }, ['sandbox'], ['sandbox', 'ses']],
    [{ sesEndpoint: 'http://127.0.0.1:1' }, ['sandbox'], ['sandbox', 'ses']],
    [{ sesStubUrl: 'http://127.0.0.1:1/ses' }, ['sandbox'], ['sandbox', 'ses']],
    [{ firetextInternationalApiKey: 'k', mmgReceiptUrl: 'https://x.example' }, ['sandbox'], ['sandbox']],
    [all, ['sandbox', 'mmg', 'firetext', 'webhook'], ['sandbox', 'smtp', 'ses']],
  ])('with %j are these', async (config, sms, email) => {
    const { providers } = await anApp({ config });
    expect([[...providers.sms.keys()], [...providers.email.keys()]]).toEqual([sms, email]);
  });

  it('get messages from the next start of a worker on, in place of the sandbox', async () => {
    const app = await anApp({ config: all });
    await reconcileProviders(app);
    expect(await active(app)).toEqual(['email ses', 'email smtp', 'sms firetext', 'sms mmg', 'sms webhook']);
    const none = await anApp({ databaseUrl: app.databaseUrl });
    await reconcileProviders(none);
    expect(await active(app)).toEqual(['email sandbox', 'sms sandbox']);
  });
});

describe('a gateway', () => {
  it('gets its row once, with many processes at the same time', async () => {
    const app = await anApp({ config: webhook });
    await Promise.all(Array.from({ length: 5 }, () => reconcileProviders(app)));
    expect(await history(app, 'webhook')).toEqual([
      { version: 1, active: false, priority: 50, reason: 'Added by configuration' },
      { version: 2, active: true, priority: 50, reason: 'Activated by configuration' },
    ]);
    const row = (await listProviderShares(app)).find(({ identifier }) => identifier === 'webhook');
    expect(row).toMatchObject({
      displayName: 'Webhook',
      notificationType: 'sms',
      supportsInternational: false,
      configured: true,
      share: 100,
    });
  });
});

it('a gateway that goes abroad from now on is given texts that do', async () => {
  const app = await anApp({ config: webhook });
  await reconcileProviders(app);
  const config = { smsWebhook: readSmsWebhook({ url: 'https://gateway.example/' }) };
  await reconcileProviders({ ...app, config });
  await reconcileProviders({ ...app, config });
  const row = (await listProviderShares(app)).find(({ identifier }) => identifier === 'webhook');
  expect(row).toMatchObject({ supportsInternational: true, active: true, version: 3 });
});

describe('a provider that an operator', () => {
  it('switched off stays off, until it is switched on again', async () => {
    const app = await anApp({ config: all });
    await reconcileProviders(app);
    await updateProviderSettings(app, { identifier: 'mmg', active: false });
    await reconcileProviders(app);
    expect(await active(app)).not.toContain('sms mmg');
    await updateProviderSettings(app, { identifier: 'mmg', active: true, reason: 'Mended' });
    await reconcileProviders(app);
    expect(await active(app)).toContain('sms mmg');
    expect(await history(app, 'mmg')).toEqual([
      { version: 1, active: false, priority: 51, reason: null },
      { version: 2, active: true, priority: 51, reason: 'Activated by configuration' },
      { version: 3, active: false, priority: 51, reason: 'Changed by an operator' },
      { version: 4, active: true, priority: 51, reason: 'Mended' },
    ]);
  });

  it('gave another priority still follows the configuration', async () => {
    const app = await anApp({ config: all });
    await updateProviderSettings(app, { identifier: 'mmg', priority: 90 });
    await reconcileProviders(app);
    expect(await active(app)).toContain('sms mmg');
  });
});

describe('changing a provider', () => {
  it('makes one version of what is new, and none of what was so', async () => {
    const app = await anApp();
    const first = await updateProviderSettings(app, { identifier: 'mmg', priority: 70, active: true });
    expect(first).toMatchObject({
      changed: ['priority', 'active'],
      provider: { priority: 70, active: true, version: 2 },
    });
    const again = await updateProviderSettings(app, { identifier: 'mmg', priority: 70, active: true });
    expect(again).toMatchObject({ changed: [], provider: { version: 2 } });
    expect(await history(app, 'mmg')).toHaveLength(2);
  });

  it.each([
    [
      { identifier: 'nobody' },
      'NOT_FOUND',
      "There is no provider 'nobody'; there are dvla, firetext, mmg, sandbox, ses, smtp",
    ],
    [{ identifier: 'mmg', type: 'email' }, 'NOT_FOUND', /^There is no provider 'mmg' of email; there are /],
    [
      { identifier: 'sandbox' },
      'USAGE_INVALID',
      "There are providers 'sandbox' of email and sms: say which with --type",
    ],
  ] as const)('%j is refused with %s', async (input, code, message) => {
    const app = await anApp();
    const thrown: unknown = await updateProviderSettings(app, { ...input, active: true }).catch(
      (error: unknown) => error,
    );
    expect(thrown).toMatchObject({ code });
    expect((thrown as Error).message).toMatch(message);
  });
});

describe('shares', () => {
  it('are in proportion to the priorities of the active ones of a type', async () => {
    const app = await anApp({ config: all });
    await reconcileProviders(app);
    await updateProviderSettings(app, { identifier: 'ses', priority: 0 });
    await updateProviderSettings(app, { identifier: 'smtp', priority: 0 });
    const shares = (await listProviderShares(app)).map((row) => [
      row.notificationType,
      row.identifier,
      row.configured,
      row.share,
    ]);
    expect(shares).toEqual([
      ['email', 'sandbox', true, 0],
      ['email', 'ses', true, 50],
      ['email', 'smtp', true, 50],
      ['sms', 'mmg', true, 34],
      ['sms', 'webhook', true, 33.3],
      ['sms', 'firetext', true, 32.7],
      ['sms', 'sandbox', true, 0],
      ['letter', 'dvla', null, 0],
    ]);
  });
});
