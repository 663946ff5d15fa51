import { isAppError } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { readProviderText, type InboundProvider } from './provider-text-message.ts';
import { receiveTextMessage, type ReceiveDeps } from './receive-text-message.ts';

export type ReceiveProviderTextDeps = ReceiveDeps & { readonly logger: Logger; readonly metrics: Metrics };

/**
 * Takes a text that a provider posts (delivery sheet §6.4); false when no service receives texts at its number, and
 * nothing is stored.
 *
 * @throws AppError REQUEST_INVALID for a body that is not as the provider writes it
 */
export async function receiveProviderText(
  deps: ReceiveProviderTextDeps,
  { provider, body }: { provider: InboundProvider; body: string },
): Promise<boolean> {
  const { logger, metrics } = deps;
  const text = readProviderText[provider](deps, body);
  try {
    const { id, serviceId } = await receiveTextMessage(deps, text);
    logger.info(`Text ${id} received from ${provider} for service ${serviceId}`);
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND') && !isAppError(error, 'REFUSED')) throw error;
    // The message of the error repeats what the provider sent.
    logger.warn({ provider, reason: error.code }, 'A text was received that no service takes');
    metrics.receivedTexts.inc({ provider, outcome: 'refused' });
    return false;
  }
  metrics.receivedTexts.inc({ provider, outcome: 'stored' });
  return true;
}
