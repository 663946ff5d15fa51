import { createHash } from 'node:crypto';
import { parseUuid, type Ids } from '../core/ids.ts';
import type { Enqueuer } from '../queue/enqueuer.ts';
import type { SesEventArgs } from './receipt-tasks.ts';
import type { SesEvent } from './ses-event.ts';
import type { SmsReceipt } from './sms-receipt.ts';

interface EnqueueDeps {
  readonly enqueuer: Enqueuer;
}

/**
 * Queues a receipt of a text message. The same receipt again, while the first waits, is left to the first; another one
 * about the same message is a job of its own.
 */
export async function enqueueSmsReceipt(
  { enqueuer }: EnqueueDeps,
  receipt: SmsReceipt,
  { requestId }: { requestId: string },
): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(receipt)).digest('hex').slice(0, 16);
  const subject = `${parseUuid(receipt.reference) ?? 'invalid reference'} ${digest}`;
  const task = 'process-sms-client-response';
  await enqueuer.add({ queue: 'sms-callbacks', task, args: receipt, subject, requestId });
}

/** Queues what SES said. `messageId` is SNS's, which is the same when SNS delivers a message again. */
export async function enqueueSesEvent(
  { enqueuer, ids }: EnqueueDeps & { readonly ids: Ids },
  event: SesEvent,
  { messageId, requestId }: { messageId: string | null; requestId: string },
): Promise<void> {
  const args: SesEventArgs = { event };
  const subject = `SNS message ${parseUuid(messageId) ?? ids.uuid()}`;
  const task = 'process-ses-result';
  await enqueuer.add({ queue: 'ses-callbacks', task, args, subject, requestId });
}
