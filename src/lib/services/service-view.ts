import type { Service } from './service.ts';
import type { ChangedField } from './update-service.ts';

/** A service as commands print it. */
export interface ServiceView {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly restricted: boolean;
  readonly permissions: readonly string[];
  readonly custom_email_sender_name: string | null;
  readonly email_sender_local_part: string;
  readonly prefix_sms: boolean;
  readonly contact_link: string | null;
  readonly rate_limit: number;
  readonly limits: {
    readonly email: number;
    readonly sms: number;
    readonly letter: number;
    readonly international_sms: number;
  };
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toServiceView(service: Service): ServiceView {
  return {
    id: service.id,
    name: service.name,
    active: service.active,
    restricted: service.restricted,
    permissions: service.permissions,
    custom_email_sender_name: service.customEmailSenderName,
    email_sender_local_part: service.emailSenderLocalPart,
    prefix_sms: service.prefixSms,
    contact_link: service.contactLink,
    rate_limit: service.rateLimit,
    limits: {
      email: service.emailMessageLimit,
      sms: service.smsMessageLimit,
      letter: service.letterMessageLimit,
      international_sms: service.internationalSmsMessageLimit,
    },
    version: service.version,
    created_at: service.createdAt.toISOString(),
    updated_at: service.updatedAt?.toISOString() ?? null,
  };
}

/** How commands name what an update changed. */
export const changedFieldNames: Readonly<Record<ChangedField, string>> = {
  name: 'name',
  active: 'active',
  restricted: 'restricted',
  prefixSms: 'prefix_sms',
  emailSenderLocalPart: 'email_sender_local_part',
  customEmailSenderName: 'custom_email_sender_name',
  contactLink: 'contact_link',
  rateLimit: 'rate_limit',
  emailMessageLimit: 'limits.email',
  smsMessageLimit: 'limits.sms',
  letterMessageLimit: 'limits.letter',
  internationalSmsMessageLimit: 'limits.international_sms',
  permissions: 'permissions',
};
