import type { ProviderRows } from './provider-rows.ts';

/** The identifiers of the providers that text messages are shared among. */
export async function listActiveSmsProviders({ providerRows }: { providerRows: ProviderRows }): Promise<string[]> {
  return (await providerRows.list('sms')).filter(({ active }) => active).map(({ identifier }) => identifier);
}
