import { counted } from '../core/counted.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { sendProviderMessageJob } from './broadcast-jobs.ts';
import {
  sendProviderMessage,
  type SendOutcome,
  type SendProviderMessageDeps,
  type SendProviderMessageInput,
} from './send-provider-message.ts';

/**
 * Sends an event to a network for somebody who waits for it (broadcasts sheet §12). What the network does not take is
 * left to the queue, which tries it again.
 *
 * @throws AppError BROADCAST_NOT_SENT with the reason of a refusal; PROVIDER_FAILED; LOCKED while another attempt is
 *   under way; REFUSED where no transport is configured; NOT_FOUND
 */
export async function sendNow(
  deps: SendProviderMessageDeps & { readonly queue: JobQueue },
  input: SendProviderMessageInput,
): Promise<Extract<SendOutcome, { kind: 'acknowledged' }>> {
  let outcome: SendOutcome;
  try {
    outcome = await sendProviderMessage(deps, input);
  } catch (error) {
    if (!isAppError(error, 'PROVIDER_FAILED')) throw error;
    await deps.db.transaction((tx) => deps.queue.enqueue(tx, [sendProviderMessageJob(input, 1)], { leaveLive: true }));
    throw new AppError('PROVIDER_FAILED', error.message, { cause: error, hint: 'The queue tries it again.' });
  }
  switch (outcome.kind) {
    case 'acknowledged':
      return outcome;
    case 'refused':
      throw new AppError('BROADCAST_NOT_SENT', outcome.reason, {
        hint: '`notify broadcasts show` tells what became of each event at each network.',
      });
    case 'busy':
      throw new AppError('LOCKED', `Another attempt is under way, for ${counted(outcome.seconds, 'second')} at most`);
    case 'off':
      throw new AppError('REFUSED', 'No way to the networks is configured here', {
        hint: 'Set NOTIFY_BROADCAST_TRANSPORT; docs/broadcasts.md says how.',
      });
  }
}
