import type { Enqueuer } from '../queue/enqueuer.ts';
import { enqueueSmsReceipt } from './enqueue-receipt.ts';
import { processSmsReceipt } from './process-sms-receipt.ts';
import type { ReceiptDeps } from './record-receipt.ts';
import type { SmsReceipt } from './sms-receipt.ts';

export type ReceiveReceiptDeps = ReceiptDeps & { readonly enqueuer: Enqueuer };

/** Receipts that may wait for the transactions before theirs; more are queued. */
const mostWaiting = 1000;

/** How long a provider waits for its receipt to be applied: somebody may hold the row. */
const patienceMs = 2000;

/**
 * Takes a provider's receipt of a text message: it is applied at once (`docs/adr/0014-receipts-at-once-and-own-claims.md`). One that
 * cannot be is queued, and tried again as every task is. Resolves when what happened is committed.
 *
 * @throws AppError DATABASE_UNAVAILABLE when it could be neither applied nor queued: the provider posts it again
 */
export async function receiveSmsReceipt(
  deps: ReceiveReceiptDeps,
  receipt: SmsReceipt,
  request: { requestId: string },
): Promise<void> {
  if (await isAppliedAtOnce(deps, receipt)) return;
  await enqueueSmsReceipt(deps, receipt, request);
}

function isAppliedAtOnce(deps: ReceiveReceiptDeps, receipt: SmsReceipt): Promise<boolean> {
  if (deps.receiptMoves.waiting >= mostWaiting) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // One that is applied after all finds its job a duplicate, which changes nothing.
  const patience = setTimeout(resolve, patienceMs, false);
  processSmsReceipt(deps, receipt)
    .then(
      () => resolve(true),
      (error: unknown) => {
        deps.logger.warn({ err: error }, 'A receipt could not be applied at once');
        resolve(false);
      },
    )
    .finally(() => clearTimeout(patience));
  return promise;
}
