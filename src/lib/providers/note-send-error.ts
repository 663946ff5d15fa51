import { isAppError } from '../core/errors.ts';
import { errorGapMs } from './failover.ts';
import { reduceProvider, type MoveSharesDeps } from './move-shares.ts';
import type { SendErrors } from './send-errors.ts';

export interface NoteSendErrorDeps extends MoveSharesDeps {
  readonly sendErrors: SendErrors;
}

/**
 * Counts a failed send of a text message against its provider, and takes a step from a provider with more than 50 in a
 * minute (delivery sheet §4.3). A message that the provider refused for good says nothing about the provider. Never
 * throws: the error that is noted matters more.
 */
export async function noteSendError(deps: NoteSendErrorDeps, identifier: string, error: unknown): Promise<void> {
  if (isAppError(error, 'PROVIDER_REFUSED')) return;
  try {
    if (await deps.sendErrors.note(identifier)) await reduceProvider(deps, { identifier, gapMs: errorGapMs });
  } catch (problem) {
    deps.logger.warn({ err: problem, provider: identifier }, 'A failed send could not be counted');
  }
}
