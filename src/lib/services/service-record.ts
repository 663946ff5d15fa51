/** What of a service only people look at, beside what the program goes by. */
export const serviceDetailColumns = [
  'billing_contact_email_addresses',
  'billing_contact_names',
  'billing_reference',
  'confirmed_email_sender_name',
  'confirmed_unique',
  'consent_to_research',
  'count_as_live',
  'has_active_go_live_request',
  'notes',
  'organisation_type',
  'purchase_order_number',
  'volume_email',
  'volume_letter',
  'volume_sms',
] as const;

export type ServiceDetailColumn = (typeof serviceDetailColumns)[number];

export type ServiceDetails = Partial<Readonly<Record<ServiceDetailColumn, string | number | boolean | null>>>;

/** Columns that the internal API shows under their own names (admin API sheet §4.1). */
export const serviceRecordColumns = [
  'id',
  'name',
  'active',
  'contact_link',
  'custom_email_sender_name',
  'email_message_limit',
  'email_sender_local_part',
  'go_live_at',
  'international_sms_message_limit',
  'letter_message_limit',
  'prefix_sms',
  'rate_limit',
  'restricted',
  'sms_message_limit',
  ...serviceDetailColumns,
] as const;

/** A service as the internal API shows it; relations are ids. */
export type ServiceRecord = Readonly<Record<(typeof serviceRecordColumns)[number], unknown>> & {
  readonly id: string;
  readonly go_live_at: Date | null;
  readonly created_by: string;
  readonly go_live_user: string | null;
  readonly organisation: string | null;
  readonly permissions: readonly string[];
  readonly service_callback_api: readonly { readonly callback_id: string; readonly callback_type: string }[];
};
