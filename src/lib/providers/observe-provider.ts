import { isAppError, messageOf } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { MessageProvider } from './provider.ts';

export interface ProviderWatch {
  readonly telemetry: Pick<Telemetry, 'providerRequested'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Counts and times what a provider is given (delivery sheet §12), and logs why it did not take something. */
export function observeProvider<Message extends { readonly notificationId: string }>(
  provider: MessageProvider<Message>,
  { telemetry, logger }: ProviderWatch,
): MessageProvider<Message> {
  const { identifier } = provider;
  return {
    ...provider,
    async send(message) {
      const startedAt = performance.now();
      let outcome: 'success' | 'failed' | 'refused' = 'success';
      try {
        return await provider.send(message);
      } catch (error) {
        outcome = isAppError(error, 'PROVIDER_REFUSED') ? 'refused' : 'failed';
        logger.warn(`Provider ${identifier} ${outcome} for notification ${message.notificationId}: ${reasonOf(error)}`);
        throw error;
      } finally {
        telemetry.providerRequested({ provider: identifier, outcome, ms: performance.now() - startedAt });
      }
    },
  };
}

function reasonOf(error: unknown): string {
  const reason = isAppError(error) ? error.details?.['reason'] : undefined;
  return typeof reason === 'string' ? `${messageOf(error)}: ${reason}` : messageOf(error);
}
