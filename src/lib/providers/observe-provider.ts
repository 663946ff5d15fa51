import { isAppError, messageOf } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { MessageProvider } from './provider.ts';

export interface ProviderWatch {
  readonly metrics: Pick<Metrics, 'providerRequests' | 'providerRawRequestSeconds'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Counts and times what a provider is given (delivery sheet §12), and logs why it did not take something. */
export function observeProvider<Message extends { readonly notificationId: string }>(
  provider: MessageProvider<Message>,
  { metrics, logger }: ProviderWatch,
): MessageProvider<Message> {
  const { identifier } = provider;
  return {
    ...provider,
    async send(message) {
      const startedAt = performance.now();
      let outcome = 'success';
      try {
        return await provider.send(message);
      } catch (error) {
        outcome = isAppError(error, 'PROVIDER_REFUSED') ? 'refused' : 'failed';
        logger.warn(`Provider ${identifier} ${outcome} for notification ${message.notificationId}: ${reasonOf(error)}`);
        throw error;
      } finally {
        metrics.providerRawRequestSeconds.observe({ provider: identifier }, (performance.now() - startedAt) / 1000);
        metrics.providerRequests.inc({ provider: identifier, outcome });
      }
    },
  };
}

function reasonOf(error: unknown): string {
  const reason = isAppError(error) ? error.details?.['reason'] : undefined;
  return typeof reason === 'string' ? `${messageOf(error)}: ${reason}` : messageOf(error);
}
