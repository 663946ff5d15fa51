import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { crownOf, type OrganisationType } from '../organisations/organisation.ts';
import { systemUserId } from '../users/user.ts';
import { toGuestList } from './guest-list.ts';
import { assertReplyTo } from './sender.ts';
import {
  findService,
  insertEmailReplyTo,
  insertService,
  insertSmsSender,
  replaceGuestList,
} from './service-repository.ts';
import {
  liveLimits,
  newServicePermissions,
  readServicePermissions,
  trialLimits,
  type Service,
  type ServicePermission,
} from './service.ts';
import { describeTakenName, readServiceName } from './service-name.ts';
import { assertSmsSender } from './sms-sender.ts';

export interface CreateServiceInput {
  id?: string;
  name: string;
  /** False = trial mode. */
  live: boolean;
  permissions?: readonly ServicePermission[];
  /** Default text message sender: 3 to 11 letters, digits, spaces, or a phone number. */
  smsSender?: string;
  smsSenderId?: string;
  /** Default reply-to address. */
  emailReplyTo?: string | null;
  contactLink?: string | null;
  prefixSms?: boolean;
  /** Also says whether the service belongs to the Crown. */
  organisationType?: OrganisationType | null;
  guestList?: readonly string[];
  rateLimit?: number;
  /** Messages a day; without it, what is usual in this mode. */
  emailLimit?: number;
  smsLimit?: number;
  letterLimit?: number;
  internationalSmsLimit?: number;
  createdById?: string;
}

/**
 * Creates a service with its default sender, reply-to address and guest list, all or nothing.
 *
 * @throws AppError USAGE_INVALID for a name, sender, address or guest that cannot be used; VALIDATION_FAILED for a wrong
 *   permission; CONFLICT when the id, the name, or the part of it that makes the From address, is taken
 */
export async function createService(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: CreateServiceInput,
): Promise<Service> {
  const serviceName = readServiceName(input.name);
  const { name, localPart } = serviceName;
  const smsSender = assertSmsSender(input.smsSender ?? 'GOVUK');
  const replyTo = input.emailReplyTo == null ? null : assertReplyTo(input.emailReplyTo);
  const guestList = toGuestList(input.guestList ?? [], ids);
  const permissions = readServicePermissions(input.permissions ?? newServicePermissions);
  const limits = input.live ? liveLimits : trialLimits;
  const id = input.id ?? ids.uuid();
  const now = clock.now();

  try {
    return await db.transaction(async (tx) => {
      await insertService(
        tx,
        {
          id,
          name,
          normalised_service_name: localPart,
          email_sender_local_part: localPart,
          custom_email_sender_name: null,
          active: true,
          restricted: !input.live,
          research_mode: false,
          prefix_sms: input.prefixSms ?? false,
          organisation_type: input.organisationType ?? null,
          crown: crownOf(input.organisationType ?? null),
          contact_link: input.contactLink ?? null,
          rate_limit: input.rateLimit ?? 3000,
          email_message_limit: input.emailLimit ?? limits.email,
          sms_message_limit: input.smsLimit ?? limits.sms,
          letter_message_limit: input.letterLimit ?? limits.letter,
          international_sms_message_limit: input.internationalSmsLimit ?? limits.internationalSms,
          count_as_live: true,
          created_by_id: input.createdById ?? systemUserId,
          created_at: now,
        },
        permissions,
      );
      await insertSmsSender(tx, id, { id: input.smsSenderId ?? ids.uuid(), smsSender, isDefault: true }, now);
      if (replyTo !== null)
        await insertEmailReplyTo(tx, id, { id: ids.uuid(), emailAddress: replyTo, isDefault: true }, now);
      await replaceGuestList(tx, id, guestList, now);
      return (await findService(tx, id))!;
    });
  } catch (error) {
    if (violatedConstraint(error) === 'services_pkey') {
      throw new AppError('CONFLICT', `The service id '${id}' is taken`, { cause: error, details: { id } });
    }
    if (violatedConstraint(error) === 'service_sms_senders_pkey') {
      throw new AppError('CONFLICT', `The sender id '${input.smsSenderId ?? ''}' is taken`, { cause: error });
    }
    throw describeTakenName(error, serviceName) ?? error;
  }
}
