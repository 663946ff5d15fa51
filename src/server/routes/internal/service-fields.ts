import { given } from '../../../lib/core/given.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject, JsonValue } from '../../../lib/core/json.ts';
import { organisationTypes } from '../../../lib/organisations/organisation.ts';
import { serviceDetailColumns, type ServiceDetails } from '../../../lib/services/service-record.ts';
import type { UpdateServiceInput } from '../../../lib/services/update-service.ts';
import {
  optional,
  readNumber,
  requiredBoolean,
  requiredCount,
  requiredTexts,
  requiredUuid,
} from '../../schemas/internal-rules.ts';
import { assertV1Rules, requiredText, type V1Rule } from '../../schemas/v1-rules.ts';

/** The fields of requests about services (admin API sheet §4.1). */

const text = optional(requiredText(), { nullable: true });
const shortText = optional(
  requiredText((value) => (value.length > 255 ? 'Longer than maximum length 255.' : null)),
  { nullable: true },
);
const count = optional(requiredCount);
const nullableCount = optional(requiredCount, { nullable: true });
const truth = optional(requiredBoolean, { nullable: true });

const detailRules: Readonly<Record<(typeof serviceDetailColumns)[number], V1Rule>> = {
  billing_contact_email_addresses: text,
  billing_contact_names: text,
  billing_reference: shortText,
  confirmed_email_sender_name: truth,
  confirmed_unique: optional(requiredBoolean),
  consent_to_research: truth,
  count_as_live: optional(requiredBoolean),
  has_active_go_live_request: optional(requiredBoolean),
  notes: text,
  organisation_type: optional(
    requiredText((type) =>
      (organisationTypes as readonly string[]).includes(type) ? null : 'Invalid organisation type',
    ),
    { nullable: true },
  ),
  purchase_order_number: shortText,
  volume_email: nullableCount,
  volume_letter: nullableCount,
  volume_sms: nullableCount,
};

const settingRules: Readonly<Record<string, V1Rule>> = {
  name: optional(requiredText()),
  restricted: optional(requiredBoolean),
  rate_limit: count,
  email_message_limit: count,
  sms_message_limit: count,
  letter_message_limit: count,
  international_sms_message_limit: count,
  contact_link: shortText,
  prefix_sms: optional(requiredBoolean),
  custom_email_sender_name: text,
  permissions: optional(requiredTexts),
};

/** What a new service needs; the older `message_limit` stands for all limits. */
export function assertNewService(body: JsonObject): void {
  assertV1Rules(
    {
      ...settingRules,
      ...detailRules,
      name: requiredText(),
      user_id: requiredUuid,
      created_by: requiredUuid,
      restricted: requiredBoolean,
      email_message_limit: requiredCount,
      sms_message_limit: requiredCount,
      letter_message_limit: requiredCount,
    },
    body,
  );
}

export function assertServiceChanges(body: JsonObject): void {
  assertV1Rules({ ...settingRules, ...detailRules }, body);
}

/** The settings of a body, in the words of the use cases; absent ones are left out. */
export function readSettings(body: JsonObject): Omit<UpdateServiceInput, 'serviceId' | 'live'> & { live?: boolean } {
  const number = (name: string): number | undefined => {
    const value = body[name];
    return value === undefined ? undefined : readNumber(value)!;
  };
  const { restricted } = body;
  return given({
    name: body['name'] as string | undefined,
    live: typeof restricted === 'boolean' ? !restricted : undefined,
    rateLimit: number('rate_limit'),
    emailLimit: number('email_message_limit'),
    smsLimit: number('sms_message_limit'),
    letterLimit: number('letter_message_limit'),
    internationalSmsLimit: number('international_sms_message_limit'),
    contactLink: body['contact_link'] as string | null | undefined,
    prefixSms: body['prefix_sms'] as boolean | undefined,
    emailSenderName: body['custom_email_sender_name'] as string | null | undefined,
    permissions: body['permissions'] as string[] | undefined,
  });
}

export function readDetails(body: JsonObject): ServiceDetails {
  const entries = serviceDetailColumns.flatMap((name): [string, JsonValue][] => {
    const value = body[name];
    return value === undefined ? [] : [[name, readNumber(value) ?? value]];
  });
  return Object.fromEntries(entries);
}

export function userIdIn(body: JsonObject, name: string): string {
  return parseUuid(body[name])!;
}
