import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { findInboundSms } from './inbound-sms-repository.ts';
import type { InboundSms } from './inbound-sms.ts';

/** A text that a service received, or null when there is none, or none any more. */
export async function findReceivedText(
  { db, secretBox }: { db: Queryable; secretBox: SecretBox },
  { serviceId, id }: { serviceId: string; id: string },
): Promise<InboundSms | null> {
  return findInboundSms(db, secretBox, serviceId, id);
}
