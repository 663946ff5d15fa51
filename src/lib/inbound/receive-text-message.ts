import { queueInboundSmsCallback } from '../callbacks/queue-callback.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { requireService } from '../services/show-service.ts';
import { findActiveInboundNumber } from './inbound-number-repository.ts';
import { insertInboundSms } from './inbound-sms-repository.ts';
import { toNationalNumber, toUserNumber, type InboundSms } from './inbound-sms.ts';

export interface ReceivedText {
  /** The number that it was sent to, with 44 or 0 in front. */
  readonly to: string;
  /** The sender as the provider gives it. */
  readonly from: string;
  readonly content: string;
  readonly providerReference: string | null;
  readonly providerDate: Date | null;
  /** Who handed it over; without it, the provider of the number. */
  readonly provider?: string;
}

export interface ReceiveDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Stores a text that was sent to a service's number (delivery sheet §6.4). No word in it means anything here: `STOP` is
 * stored like any other. The service is told of it.
 *
 * @throws AppError NOT_FOUND when no service has that number, or it is not active; REFUSED when the service may not
 *   receive texts
 */
export async function receiveTextMessage(
  { db, queue, secretBox, clock, ids }: ReceiveDeps,
  { to, from, content, providerReference, providerDate, provider }: ReceivedText,
): Promise<InboundSms> {
  const number = await findActiveInboundNumber(db, toNationalNumber(to));
  if (number === null || number.serviceId === null) {
    throw new AppError('NOT_FOUND', `No service receives texts at the number '${to}'`, {
      hint: 'notify inbound-numbers list shows the numbers and whose they are.',
    });
  }
  const service = await requireService({ db }, number.serviceId);
  if (!service.permissions.includes('inbound_sms')) {
    throw new AppError('REFUSED', `Service '${service.name}' may not receive texts`, {
      hint: "It lacks the permission 'inbound_sms'.",
    });
  }
  const text: InboundSms = {
    id: ids.uuid(),
    createdAt: clock.now(),
    serviceId: service.id,
    notifyNumber: number.number,
    userNumber: toUserNumber(from),
    provider: provider ?? number.provider,
    providerReference,
    providerDate,
    content,
  };
  await db.transaction(async (tx) => {
    await insertInboundSms(tx, secretBox, text);
    await queueInboundSmsCallback({ queue, secretBox }, tx, text);
  });
  return text;
}
