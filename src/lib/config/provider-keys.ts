import { baseUrl, json, text, url } from './key.ts';
import { readSmsWebhook, smsWebhookShape, type SmsWebhook } from './sms-webhook.ts';

/** How fast one provider is given messages by one process. */
export interface ProviderLimits {
  /** Messages a second; null = as fast as it takes them. */
  readonly perSecond: number | null;
  /** Calls at the same time. */
  readonly concurrent: number;
}

/** User and password of a provider's receipts. */
export type Credentials = readonly [user: string, password: string];

export const defaultProviderLimits: ProviderLimits = { perSecond: null, concurrent: 50 };

const credentialsShape = '["user", "password"]';

/** The keys of the providers of texts and emails. */
export const providerKeys = {
  smtpUrl: url<string | null>({
    env: ['NOTIFY_SMTP_URL'],
    default: null,
    defaultText: 'no SMTP: emails go to the sandbox',
    protocols: ['smtp', 'smtps'],
    secret: true,
    help: 'SMTP server for emails, e.g. smtp://user:password@mail.example:587. Setting it activates the smtp provider.',
  }),
  sesRegion: text<string | null>({
    env: ['NOTIFY_SES_REGION'],
    default: null,
    defaultText: 'no SES, eu-west-1 with an endpoint',
    help: "Region of Amazon SES, with the credentials that AWS's tools use. Setting it activates the ses provider.",
  }),
  sesEndpoint: baseUrl({
    env: ['NOTIFY_SES_ENDPOINT'],
    default: null,
    defaultText: 'AWS',
    help: 'Base URL of a service that speaks SES v2. Setting it activates the ses provider.',
  }),
  sesConfigurationSet: text<string | null>({
    env: ['NOTIFY_SES_CONFIGURATION_SET'],
    default: null,
    defaultText: "the account's own",
    help: 'Configuration set of SES that emails are sent with, for its receipts.',
  }),
  sesStubUrl: baseUrl({
    env: ['NOTIFY_SES_STUB_URL', 'SES_STUB_URL'],
    default: null,
    defaultText: 'no stub',
    help: 'URL that is asked for a message id in place of SES; nothing of the email goes there.',
  }),
  mmgUrl: baseUrl<string>({
    env: ['NOTIFY_MMG_URL', 'MMG_URL'],
    default: 'https://api.mmg.co.uk/jsonv2a/api.php',
    help: 'URL that MMG takes text messages at.',
  }),
  mmgApiKey: text<string | null>({
    env: ['NOTIFY_MMG_API_KEY', 'MMG_API_KEY'],
    default: null,
    defaultText: 'no MMG',
    secret: true,
    help: 'Key of MMG, as MMG gives it out. Setting it activates the mmg provider.',
  }),
  mmgReceiptUrl: baseUrl({
    env: ['NOTIFY_MMG_RECEIPT_URL', 'MMG_RECEIPT_URL'],
    default: null,
    defaultText: 'as MMG has it on file',
    help: 'URL that MMG is told to post receipts to: /notifications/sms/mmg of the public URL.',
  }),
  mmgReceiptCredentials: credentials({
    env: ['NOTIFY_MMG_RECEIPT_CREDENTIALS', 'MMG_DELIVERY_STATUS_CALLBACK_BASIC_AUTH_CREDENTIALS'],
    help: 'User and password that MMG is told to show with receipts.',
  }),
  firetextUrl: baseUrl<string>({
    env: ['NOTIFY_FIRETEXT_URL', 'FIRETEXT_URL'],
    default: 'https://www.firetext.co.uk/api/sendsms/json',
    help: 'URL that Firetext takes text messages at.',
  }),
  firetextApiKey: text<string | null>({
    env: ['NOTIFY_FIRETEXT_API_KEY', 'FIRETEXT_API_KEY'],
    default: null,
    defaultText: 'no Firetext',
    secret: true,
    help: 'Key of Firetext. Setting it activates the firetext provider.',
  }),
  firetextInternationalApiKey: text<string | null>({
    env: ['NOTIFY_FIRETEXT_INTERNATIONAL_API_KEY', 'FIRETEXT_INTERNATIONAL_API_KEY'],
    default: null,
    defaultText: 'the key of Firetext',
    secret: true,
    help: 'Key of Firetext for texts that go abroad.',
  }),
  firetextReceiptUrl: baseUrl({
    env: ['NOTIFY_FIRETEXT_RECEIPT_URL', 'FIRETEXT_RECEIPT_URL'],
    default: null,
    defaultText: 'as Firetext has it on file',
    help: 'URL that Firetext is told to post receipts to: /notifications/sms/firetext of the public URL.',
  }),
  firetextReceiptCredentials: credentials({
    env: ['NOTIFY_FIRETEXT_RECEIPT_CREDENTIALS'],
    help: 'User and password that Firetext is told to show with receipts.',
  }),
  smsWebhook: json<SmsWebhook | null>({
    env: ['NOTIFY_SMS_WEBHOOK'],
    default: null,
    defaultText: 'no gateway',
    secret: true,
    shape: smsWebhookShape,
    read: readSmsWebhook,
    help: 'HTTP gateway for text messages; docs/operations.md describes it. Setting it activates the webhook provider.',
  }),
  providerLimits: json<Readonly<Record<string, ProviderLimits>>>({
    env: ['NOTIFY_PROVIDER_LIMITS'],
    default: {},
    defaultText: '50 at the same time, as fast as they go',
    shape: '{"provider": {"perSecond": n, "concurrent": n}}',
    read: readProviderLimits,
    help: 'Messages a second, and calls at the same time, that one process gives a provider; more of them wait.',
  }),
};

function credentials({ env, help }: { env: readonly [string, ...string[]]; help: string }) {
  return json<Credentials | null>({
    env,
    default: null,
    defaultText: 'none',
    secret: true,
    shape: credentialsShape,
    read(value) {
      const isPair =
        Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string' && part !== '');
      if (!isPair) throw new Error(`expected a JSON list ${credentialsShape}`);
      return value as unknown as Credentials;
    },
    help,
  });
}

function readProviderLimits(value: unknown): Readonly<Record<string, ProviderLimits>> {
  const isObject = (item: unknown): item is Record<string, unknown> =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  const isLimits = (limits: unknown): boolean =>
    isObject(limits) &&
    Object.keys(limits).every((name) => name === 'perSecond' || name === 'concurrent') &&
    (limits['perSecond'] == null || (typeof limits['perSecond'] === 'number' && limits['perSecond'] > 0)) &&
    (limits['concurrent'] === undefined ||
      (Number.isInteger(limits['concurrent']) && Number(limits['concurrent']) > 0));
  if (!isObject(value) || !Object.values(value).every(isLimits)) {
    throw new Error(
      'expected an object of provider to {"perSecond": number above 0, "concurrent": whole number above 0}',
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, limits]) => [name, { ...defaultProviderLimits, ...(limits as object) }]),
  );
}
