import type { ServiceVersion } from './show-service-history.ts';

/** One version of a service as commands print it, by the fields of the admin API (admin API sheet §4.1). */
export interface ServiceVersionView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly active: boolean;
  readonly restricted: boolean;
  readonly custom_email_sender_name: string | null;
  readonly email_sender_local_part: string;
  readonly email_message_limit: number;
  readonly sms_message_limit: number;
  readonly letter_message_limit: number;
  readonly international_sms_message_limit: number;
  readonly rate_limit: number;
  readonly created_by_id: string;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toServiceVersionView(service: ServiceVersion): ServiceVersionView {
  return {
    id: service.id,
    version: service.version,
    name: service.name,
    active: service.active,
    restricted: service.restricted,
    custom_email_sender_name: service.customEmailSenderName,
    email_sender_local_part: service.emailSenderLocalPart,
    email_message_limit: service.emailMessageLimit,
    sms_message_limit: service.smsMessageLimit,
    letter_message_limit: service.letterMessageLimit,
    international_sms_message_limit: service.internationalSmsMessageLimit,
    rate_limit: service.rateLimit,
    created_by_id: service.createdById,
    created_at: service.createdAt.toISOString(),
    updated_at: service.updatedAt?.toISOString() ?? null,
  };
}
