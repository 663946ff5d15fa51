import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/lib/config/load.ts';
import type { Config } from '../../../src/lib/config/schema.ts';

const load = (environment: Record<string, string>): Config =>
  loadConfig({ environment: { HOME: '/home/x', ...environment } }).config;

test('nothing but the addresses of providers is configured by itself', () => {
  expect(load({})).toMatchObject({
    mmgUrl: 'https://api.mmg.co.uk/jsonv2a/api.php',
    mmgApiKey: null,
    firetextUrl: 'https://www.firetext.co.uk/api/sendsms/json',
    firetextApiKey: null,
    smsWebhook: null,
    sesRegion: null,
    sesEndpoint: null,
    sesStubUrl: null,
    providerLimits: {},
  });
});

test.each<[string, string, Partial<Config>]>([
  ['MMG_URL', 'http://x.example/mmg', { mmgUrl: 'http://x.example/mmg' }],
  ['MMG_API_KEY', 'k', { mmgApiKey: 'k' }],
  ['MMG_RECEIPT_URL', 'https://x.example/r', { mmgReceiptUrl: 'https://x.example/r' }],
  [
    'MMG_DELIVERY_STATUS_CALLBACK_BASIC_AUTH_CREDENTIALS',
    '["user","pass"]',
    { mmgReceiptCredentials: ['user', 'pass'] },
  ],
  ['FIRETEXT_URL', 'http://x.example/f', { firetextUrl: 'http://x.example/f' }],
  ['FIRETEXT_API_KEY', 'k', { firetextApiKey: 'k' }],
  ['FIRETEXT_INTERNATIONAL_API_KEY', 'k', { firetextInternationalApiKey: 'k' }],
  ['SES_STUB_URL', 'http://x.example/ses', { sesStubUrl: 'http://x.example/ses' }],
  [
    'NOTIFY_PROVIDER_LIMITS',
    '{"mmg":{"perSecond":0.5}}',
    { providerLimits: { mmg: { perSecond: 0.5, concurrent: 50 } } },
  ],
  [
    'NOTIFY_PROVIDER_LIMITS',
    '{"ses":{"concurrent":3}}',
    { providerLimits: { ses: { perSecond: null, concurrent: 3 } } },
  ],
])('%s=%s is taken', (name, value, config) => {
  expect(load({ [name]: value })).toMatchObject(config);
});

const limits = 'expected an object of provider to {"perSecond": number above 0, "concurrent": whole number above 0}';

test.each([
  ['NOTIFY_MMG_RECEIPT_CREDENTIALS', '["user"]', 'expected a JSON list ["user", "password"]'],
  ['NOTIFY_MMG_RECEIPT_CREDENTIALS', '["user",""]', 'expected a JSON list ["user", "password"]'],
  ['NOTIFY_FIRETEXT_RECEIPT_CREDENTIALS', 'user:hunter2', 'expected JSON, ["user", "password"]'],
  ['NOTIFY_SMS_WEBHOOK', '{"url":"https://u:hunter2@x.example/"}', 'expected url to begin with http:// or https://'],
  ['NOTIFY_PROVIDER_LIMITS', '{"mmg":{"perSecond":0}}', limits],
  ['NOTIFY_PROVIDER_LIMITS', '{"mmg":{"concurrent":1.5}}', limits],
  ['NOTIFY_PROVIDER_LIMITS', '{"mmg":{"rate":1}}', limits],
  ['NOTIFY_PROVIDER_LIMITS', '[]', limits],
])('%s=%s is refused, secrets unseen', (name, value, expectation) => {
  let message = '';
  try {
    load({ [name]: value });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(expectation);
  expect(message).not.toContain('hunter2');
});

test('keys may be in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'notify-keys-'));
  try {
    const file = join(folder, 'key');
    writeFileSync(file, 'from-file\n');
    expect(load({ NOTIFY_MMG_API_KEY_FILE: file, NOTIFY_FIRETEXT_API_KEY_FILE: file })).toMatchObject({
      mmgApiKey: 'from-file',
      firetextApiKey: 'from-file',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
