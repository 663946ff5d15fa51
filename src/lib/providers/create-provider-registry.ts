import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { createSandboxEmailProvider } from './email/sandbox.ts';
import type { EmailProvider, ProviderRegistry, SmsProvider } from './provider.ts';
import { createSandboxSmsProvider } from './sms/sandbox.ts';

/** The providers that this configuration gives credentials for, each loaded only then; the sandbox needs none. */
export async function createProviderRegistry(
  { smtpUrl }: Pick<Config, 'smtpUrl'>,
  deps: { db: Database; clock: Clock; ids: Ids },
): Promise<ProviderRegistry> {
  const sms: SmsProvider[] = [createSandboxSmsProvider(deps)];
  const email: EmailProvider[] = [createSandboxEmailProvider(deps)];
  if (smtpUrl !== null) {
    const { createSmtpProvider } = await import('./email/smtp.ts');
    email.push(createSmtpProvider({ url: smtpUrl }));
  }
  return {
    sms: new Map(sms.map((provider) => [provider.identifier, provider])),
    email: new Map(email.map((provider) => [provider.identifier, provider])),
  };
}
