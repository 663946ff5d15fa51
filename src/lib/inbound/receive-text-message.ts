import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
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
}

/**
 * Stores a text that was sent to a service's number (delivery sheet §6.4). No word in it means anything here: `STOP` is
 * stored like any other.
 *
 * @throws AppError NOT_FOUND when no service has that number, or it is not active; REFUSED when the service may not
 *   receive texts
 */
export async function receiveTextMessage(
  { db, secretBox, clock, ids }: { db: Queryable; secretBox: SecretBox; clock: Clock; ids: Ids },
  { to, from, content, providerReference, providerDate }: ReceivedText,
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
    provider: number.provider,
    providerReference,
    providerDate,
    content,
  };
  await insertInboundSms(db, secretBox, text);
  return text;
}
