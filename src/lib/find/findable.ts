/**
 * What an id can be the id of. A new kind of row is one entry here: the first table that has the id wins.
 *
 * Columns are what tells one row from another: never secrets, contents or recipients of messages.
 */
export interface Findable {
  readonly type: string;
  /** Tables are looked into by their primary key `id`. */
  readonly table: string;
  readonly columns: readonly string[];
  /** The command that shows more, with `ID` and `SERVICE` for the ids. */
  readonly command?: string;
}

const sender = ['service_id', 'is_default', 'archived', 'created_at', 'updated_at'];
const notification = [
  'service_id',
  'notification_type',
  'notification_status',
  'template_id',
  'template_version',
  'key_type',
  'api_key_id',
  'job_id',
  'sent_by',
  'created_at',
  'sent_at',
  'updated_at',
];

export const findables: readonly Findable[] = [
  {
    type: 'notification',
    table: 'notifications',
    columns: notification,
    command: 'notify notifications trace ID',
  },
  { type: 'archived notification', table: 'notification_history', columns: notification },
  {
    type: 'service',
    table: 'services',
    columns: ['name', 'active', 'restricted', 'version', 'created_at', 'updated_at'],
    command: 'notify services show ID',
  },
  {
    type: 'organisation',
    table: 'organisation',
    columns: ['name', 'active', 'organisation_type', 'crown', 'created_at', 'updated_at'],
    command: 'notify organisations show ID',
  },
  {
    type: 'template',
    table: 'templates',
    columns: ['service_id', 'name', 'template_type', 'archived', 'hidden', 'version', 'created_at', 'updated_at'],
    command: 'notify templates show ID',
  },
  {
    type: 'job',
    table: 'jobs',
    columns: [
      'service_id',
      'template_id',
      'template_version',
      'original_file_name',
      'notification_count',
      'job_status',
      'created_at',
      'scheduled_for',
      'processing_started',
      'processing_finished',
      'archived',
    ],
    command: 'notify jobs show ID',
  },
  {
    type: 'contact list',
    table: 'service_contact_list',
    columns: ['service_id', 'original_file_name', 'template_type', 'row_count', 'archived', 'created_at', 'updated_at'],
  },
  {
    type: 'api key',
    table: 'api_keys',
    columns: ['service_id', 'name', 'key_type', 'expiry_date', 'created_at'],
    command: 'notify api-keys list --service SERVICE',
  },
  {
    type: 'user',
    table: 'users',
    columns: ['name', 'email_address', 'state', 'platform_admin', 'created_at', 'logged_in_at'],
  },
  {
    type: 'sms sender',
    table: 'service_sms_senders',
    columns: ['sms_sender', 'inbound_number_id', ...sender],
    command: 'notify services senders list SERVICE --type sms',
  },
  {
    type: 'reply-to address',
    table: 'service_email_reply_to',
    columns: ['email_address', ...sender],
    command: 'notify services senders list SERVICE --type email',
  },
  {
    type: 'letter contact',
    table: 'service_letter_contacts',
    columns: ['contact_block', ...sender],
    command: 'notify services senders list SERVICE --type letter',
  },
  {
    type: 'letter attachment',
    table: 'letter_attachment',
    columns: ['service_id', 'original_filename', 'page_count', 'created_at', 'archived_at'],
  },
  {
    type: 'inbound number',
    table: 'inbound_numbers',
    columns: ['number', 'provider', 'service_id', 'active', 'created_at'],
  },
  {
    type: 'received text',
    table: 'inbound_sms',
    columns: ['service_id', 'notify_number', 'provider', 'provider_date', 'created_at'],
  },
  {
    type: 'callback',
    table: 'service_callback_api',
    columns: ['service_id', 'callback_type', 'version', 'created_at', 'updated_at'],
    command: 'notify services callbacks list SERVICE',
  },
  {
    type: 'document',
    table: 'documents',
    columns: ['service_id', 'mimetype', 'size_bytes', 'available_until', 'created_at'],
  },
  {
    type: 'complaint',
    table: 'complaints',
    columns: ['service_id', 'notification_id', 'complaint_type', 'complaint_date', 'created_at'],
  },
  {
    type: 'unsubscribe request',
    table: 'unsubscribe_request',
    columns: ['service_id', 'notification_id', 'template_id', 'created_at'],
  },
  {
    type: 'broadcast',
    table: 'broadcast_message',
    columns: ['service_id', 'reference', 'status', 'stubbed', 'created_at', 'starts_at', 'finishes_at'],
    command: 'notify broadcasts show ID',
  },
  {
    type: 'broadcast event',
    table: 'broadcast_event',
    columns: ['service_id', 'broadcast_message_id', 'message_type', 'sent_at', 'transmitted_finishes_at'],
  },
  {
    type: 'broadcast provider message',
    table: 'broadcast_provider_message',
    columns: ['broadcast_event_id', 'provider', 'status', 'created_at', 'updated_at'],
  },
  {
    type: 'provider',
    table: 'provider_details',
    columns: ['identifier', 'display_name', 'notification_type', 'active', 'priority', 'version', 'updated_at'],
  },
];
