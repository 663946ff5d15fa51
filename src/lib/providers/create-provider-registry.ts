import { defaultProviderLimits, type ProviderLimits } from '../config/provider-keys.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { createSandboxEmailProvider } from './email/sandbox.ts';
import { limitProvider } from './limit-provider.ts';
import { observeProvider, type ProviderWatch } from './observe-provider.ts';
import type { EmailProvider, MessageProvider, ProviderRegistry, SmsProvider } from './provider.ts';
import { createSandboxSmsProvider } from './sms/sandbox.ts';

export type ProviderConfig = Pick<
  Config,
  | 'smtpUrl'
  | 'sesRegion'
  | 'sesEndpoint'
  | 'sesConfigurationSet'
  | 'sesStubUrl'
  | 'mmgUrl'
  | 'mmgApiKey'
  | 'mmgReceiptUrl'
  | 'mmgReceiptCredentials'
  | 'firetextUrl'
  | 'firetextApiKey'
  | 'firetextInternationalApiKey'
  | 'firetextReceiptUrl'
  | 'firetextReceiptCredentials'
  | 'smsWebhook'
  | 'providerLimits'
>;

/** How long providers of texts are waited for (delivery sheet §5). */
const smsTimeoutMs = 10_000;
/** As SMTP servers: SES may look at an email for a while, and who gives up too early sends it twice. */
const sesTimeoutMs = 60_000;
const defaultSesRegion = 'eu-west-1';

interface RegistryDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Counts and logs what providers are given; without it nobody does. */
  readonly watch?: ProviderWatch;
}

/** The providers that this configuration gives credentials for, each loaded only then; the sandbox needs none. */
export async function createProviderRegistry(config: ProviderConfig, deps: RegistryDeps): Promise<ProviderRegistry> {
  const [sms, email] = await Promise.all([createSmsProviders(config), createEmailProviders(config)]);
  const guard = <Message extends { notificationId: string }>(provider: MessageProvider<Message>) => {
    const watched = deps.watch === undefined ? provider : observeProvider(provider, deps.watch);
    return limitProvider(watched, limitsOf(config, provider.identifier));
  };
  return {
    sms: byIdentifier([createSandboxSmsProvider(deps), ...sms.map(guard)]),
    email: byIdentifier([createSandboxEmailProvider(deps), ...email.map(guard)]),
  };
}

async function createSmsProviders(config: ProviderConfig): Promise<SmsProvider[]> {
  const { mmgApiKey, firetextApiKey, firetextInternationalApiKey, smsWebhook } = config;
  const connectionsOf = (identifier: string): number => limitsOf(config, identifier).concurrent;
  const providers: SmsProvider[] = [];
  if (mmgApiKey !== null) {
    const [{ createMmgProvider }, { receiptUrl }] = await Promise.all([
      import('./sms/mmg.ts'),
      import('./sms/receipt-url.ts'),
    ]);
    const receipts = config.mmgReceiptUrl;
    providers.push(
      createMmgProvider({
        url: config.mmgUrl,
        apiKey: mmgApiKey,
        receiptUrl: receipts === null ? null : receiptUrl(receipts, config.mmgReceiptCredentials),
        connections: connectionsOf('mmg'),
        timeoutMs: smsTimeoutMs,
      }),
    );
  }
  if (firetextApiKey !== null) {
    const [{ createFiretextProvider }, { receiptUrl }] = await Promise.all([
      import('./sms/firetext.ts'),
      import('./sms/receipt-url.ts'),
    ]);
    const receipts = config.firetextReceiptUrl;
    providers.push(
      createFiretextProvider({
        url: config.firetextUrl,
        apiKey: firetextApiKey,
        internationalApiKey: firetextInternationalApiKey,
        receiptUrl: receipts === null ? null : receiptUrl(receipts, config.firetextReceiptCredentials),
        connections: connectionsOf('firetext'),
        timeoutMs: smsTimeoutMs,
      }),
    );
  }
  if (smsWebhook !== null) {
    const { createWebhookProvider } = await import('./sms/http-webhook.ts');
    providers.push(createWebhookProvider(smsWebhook, { connections: connectionsOf('webhook') }));
  }
  return providers;
}

async function createEmailProviders(config: ProviderConfig): Promise<EmailProvider[]> {
  const { smtpUrl, sesRegion, sesEndpoint, sesConfigurationSet, sesStubUrl } = config;
  const connections = limitsOf(config, 'ses').concurrent;
  const providers: EmailProvider[] = [];
  if (smtpUrl !== null) {
    const { createSmtpProvider } = await import('./email/smtp.ts');
    providers.push(createSmtpProvider({ url: smtpUrl }));
  }
  if (sesStubUrl !== null) {
    const { createSesStubProvider } = await import('./email/ses-stub.ts');
    providers.push(createSesStubProvider({ url: sesStubUrl, connections, timeoutMs: sesTimeoutMs }));
  } else if (sesRegion !== null || sesEndpoint !== null) {
    const { createSesProvider } = await import('./email/ses.ts');
    const region = sesRegion ?? defaultSesRegion;
    const configurationSet = sesConfigurationSet;
    providers.push(
      createSesProvider({ region, endpoint: sesEndpoint, configurationSet, connections, timeoutMs: sesTimeoutMs }),
    );
  }
  return providers;
}

function limitsOf({ providerLimits }: ProviderConfig, identifier: string): ProviderLimits {
  return providerLimits[identifier] ?? defaultProviderLimits;
}

function byIdentifier<P extends { readonly identifier: string }>(providers: readonly P[]): ReadonlyMap<string, P> {
  return new Map(providers.map((provider) => [provider.identifier, provider]));
}
