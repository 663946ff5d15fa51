import type { Telemetry } from '../observability/telemetry.ts';
import type { MessageProvider, SendResult } from './provider.ts';

/** Gives a message to a provider, and tells how long its answer took. @throws whatever the provider throws */
export async function sendThrough<Message>(
  { telemetry }: { readonly telemetry: Telemetry },
  provider: MessageProvider<Message>,
  message: Message,
): Promise<SendResult> {
  const startedAt = performance.now();
  let succeeded = false;
  try {
    const result = await provider.send(message);
    succeeded = true;
    return result;
  } finally {
    telemetry.providerAnswered({ provider: provider.identifier, succeeded, ms: performance.now() - startedAt });
  }
}
