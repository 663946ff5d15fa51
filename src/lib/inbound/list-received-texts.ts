import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { listInboundSms } from './inbound-sms-repository.ts';
import type { InboundSms } from './inbound-sms.ts';

/** Texts of a page of the public API. */
export const receivedTextsPageSize = 250;

/**
 * A page of the texts that a service received, newest first: those before the text `olderThan`, when it is not null. An
 * unknown one, or another service's, gives an empty page (public API sheet §9).
 */
export async function listReceivedTexts(
  { db, secretBox }: { db: Queryable; secretBox: SecretBox },
  { serviceId, olderThan }: { serviceId: string; olderThan: string | null },
): Promise<InboundSms[]> {
  return listInboundSms(db, secretBox, { serviceId, olderThan, limit: receivedTextsPageSize });
}
