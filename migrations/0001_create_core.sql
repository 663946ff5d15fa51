-- Services, users, keys, templates, notifications and providers. Timestamps are UTC without zone; ids come from the
-- program (UUIDv7).

CREATE TYPE notification_type AS ENUM ('email', 'sms', 'letter');
CREATE TYPE template_type AS ENUM ('sms', 'email', 'letter', 'broadcast');
CREATE TYPE guest_list_recipient_type AS ENUM ('mobile', 'email');

CREATE TABLE key_types (name text PRIMARY KEY);
INSERT INTO key_types VALUES ('normal'), ('team'), ('test');

CREATE TABLE auth_types (name text PRIMARY KEY);
INSERT INTO auth_types VALUES ('sms_auth'), ('email_auth'), ('webauthn_auth');

CREATE TABLE organisation_types (name text PRIMARY KEY, is_crown boolean);
INSERT INTO organisation_types VALUES
  ('central', NULL), ('local', false), ('nhs_central', true), ('nhs_local', false), ('nhs_gp', false),
  ('nhs_notify', false), ('emergency_service', false), ('school_or_college', false), ('other', NULL);

CREATE TABLE service_permission_types (name text PRIMARY KEY);
INSERT INTO service_permission_types VALUES
  ('email'), ('sms'), ('letter'), ('international_sms'), ('inbound_sms'), ('email_auth'), ('edit_folder_permissions'),
  ('international_letters'), ('sms_to_uk_landlines'), ('broadcast'), ('upload_letters'), ('upload_document'),
  ('schedule_notifications');

CREATE TABLE template_process_types (name text PRIMARY KEY);
INSERT INTO template_process_types VALUES ('normal'), ('priority');

CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email_address varchar(255) NOT NULL UNIQUE,
  password text NOT NULL,
  mobile_number text,
  password_changed_at timestamp NOT NULL,
  logged_in_at timestamp,
  failed_login_count integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'active', 'inactive')),
  platform_admin boolean NOT NULL DEFAULT false,
  current_session_id uuid,
  auth_type text NOT NULL DEFAULT 'sms_auth' REFERENCES auth_types,
  email_access_validated_at timestamp NOT NULL,
  take_part_in_research boolean NOT NULL DEFAULT true,
  receives_new_features_email boolean NOT NULL DEFAULT true,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  CONSTRAINT users_can_sign_in CHECK (auth_type IN ('email_auth', 'webauthn_auth') OR mobile_number IS NOT NULL)
);

-- The author of automatic changes.
INSERT INTO users (id, name, email_address, password, password_changed_at, state, auth_type, email_access_validated_at, created_at)
VALUES ('6af522d0-2915-4e52-83a3-3690455a5fe6', 'Notify', 'notify-system-user@notify.localhost', '!', '2016-01-01', 'active',
        'email_auth', '2016-01-01', '2016-01-01');

CREATE TABLE services (
  id uuid PRIMARY KEY,
  name varchar(255) NOT NULL CONSTRAINT services_name_key UNIQUE,
  normalised_service_name text NOT NULL CONSTRAINT services_normalised_service_name_key UNIQUE,
  custom_email_sender_name text,
  email_sender_local_part text NOT NULL,
  confirmed_email_sender_name boolean,
  active boolean NOT NULL DEFAULT true,
  restricted boolean NOT NULL,
  research_mode boolean NOT NULL DEFAULT false,
  created_by_id uuid NOT NULL REFERENCES users,
  prefix_sms boolean NOT NULL DEFAULT false,
  organisation_type text REFERENCES organisation_types,
  organisation_id uuid,
  crown boolean,
  rate_limit integer NOT NULL DEFAULT 3000,
  contact_link varchar(255),
  email_message_limit bigint NOT NULL DEFAULT 999999999,
  sms_message_limit bigint NOT NULL DEFAULT 999999999,
  letter_message_limit bigint NOT NULL DEFAULT 999999999,
  international_sms_message_limit bigint NOT NULL DEFAULT 250000,
  volume_sms integer,
  volume_email integer,
  volume_letter integer,
  consent_to_research boolean,
  count_as_live boolean NOT NULL DEFAULT true,
  go_live_user_id uuid REFERENCES users,
  go_live_at timestamp,
  has_active_go_live_request boolean NOT NULL DEFAULT false,
  confirmed_unique boolean NOT NULL DEFAULT false,
  notes text,
  purchase_order_number varchar(255),
  billing_contact_names text,
  billing_contact_email_addresses text,
  billing_reference varchar(255),
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
CREATE INDEX services_created_by_id_idx ON services (created_by_id);
CREATE TABLE services_history (LIKE services, PRIMARY KEY (id, version));

CREATE TABLE service_permissions (
  service_id uuid NOT NULL REFERENCES services,
  permission text NOT NULL REFERENCES service_permission_types,
  created_at timestamp NOT NULL,
  PRIMARY KEY (service_id, permission)
);

CREATE TABLE user_to_service (
  user_id uuid NOT NULL REFERENCES users,
  service_id uuid NOT NULL REFERENCES services,
  PRIMARY KEY (user_id, service_id)
);
CREATE INDEX user_to_service_service_id_idx ON user_to_service (service_id);

CREATE TABLE permissions (
  id uuid PRIMARY KEY,
  service_id uuid REFERENCES services,
  user_id uuid NOT NULL REFERENCES users,
  permission text NOT NULL CHECK (permission IN (
    'manage_users', 'manage_templates', 'manage_settings', 'send_texts', 'send_emails', 'send_letters',
    'manage_api_keys', 'platform_admin', 'view_activity', 'create_broadcasts', 'approve_broadcasts',
    'cancel_broadcasts', 'reject_broadcasts')),
  created_at timestamp NOT NULL,
  UNIQUE (service_id, user_id, permission)
);
CREATE INDEX permissions_user_id_idx ON permissions (user_id);

-- "Guest list" everywhere else; the table keeps the name under which operators know it.
CREATE TABLE service_whitelist (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  recipient_type guest_list_recipient_type NOT NULL,
  recipient varchar(255) NOT NULL,
  created_at timestamp NOT NULL
);
CREATE INDEX service_whitelist_service_id_idx ON service_whitelist (service_id);

CREATE TABLE service_sms_senders (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  sms_sender varchar(11) NOT NULL,
  is_default boolean NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  inbound_number_id uuid UNIQUE,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
CREATE INDEX service_sms_senders_service_id_idx ON service_sms_senders (service_id);
CREATE UNIQUE INDEX service_sms_senders_one_default ON service_sms_senders (service_id) WHERE is_default AND NOT archived;

CREATE TABLE service_email_reply_to (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  email_address text NOT NULL,
  is_default boolean NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
CREATE INDEX service_email_reply_to_service_id_idx ON service_email_reply_to (service_id);
CREATE UNIQUE INDEX service_email_reply_to_one_default ON service_email_reply_to (service_id) WHERE is_default AND NOT archived;

CREATE TABLE service_letter_contacts (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  contact_block text NOT NULL,
  is_default boolean NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
CREATE INDEX service_letter_contacts_service_id_idx ON service_letter_contacts (service_id);
CREATE UNIQUE INDEX service_letter_contacts_one_default ON service_letter_contacts (service_id) WHERE is_default AND NOT archived;

-- secret is encrypted; secret_digest is a keyed digest of the same secret, which keeps it unique.
CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name varchar(255) NOT NULL,
  secret text NOT NULL,
  secret_digest text NOT NULL CONSTRAINT api_keys_secret_digest_key UNIQUE,
  service_id uuid NOT NULL REFERENCES services,
  key_type text NOT NULL REFERENCES key_types,
  expiry_date timestamp,
  created_by_id uuid NOT NULL REFERENCES users,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
CREATE INDEX api_keys_service_id_idx ON api_keys (service_id);
CREATE UNIQUE INDEX api_keys_service_id_name_key ON api_keys (service_id, name) WHERE expiry_date IS NULL;
CREATE TABLE api_keys_history (LIKE api_keys, PRIMARY KEY (id, version));

CREATE TABLE templates (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  name varchar(255) NOT NULL,
  template_type template_type NOT NULL,
  content text NOT NULL,
  subject text,
  created_by_id uuid NOT NULL REFERENCES users,
  archived boolean NOT NULL DEFAULT false,
  hidden boolean NOT NULL DEFAULT false,
  process_type text NOT NULL DEFAULT 'normal' REFERENCES template_process_types,
  postage text,
  service_letter_contact_id uuid REFERENCES service_letter_contacts,
  letter_attachment_id uuid,
  letter_welsh_subject text,
  letter_welsh_content text,
  letter_languages text CHECK (letter_languages IN ('english', 'welsh_then_english')),
  has_unsubscribe_link boolean NOT NULL DEFAULT false,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  CONSTRAINT templates_letter_languages CHECK ((template_type = 'letter') = (letter_languages IS NOT NULL)),
  CONSTRAINT templates_letter_attachment CHECK (template_type = 'letter' OR letter_attachment_id IS NULL),
  CONSTRAINT templates_unsubscribe_link CHECK (template_type = 'email' OR NOT has_unsubscribe_link)
);
CREATE INDEX templates_service_id_idx ON templates (service_id);
CREATE INDEX templates_created_by_id_idx ON templates (created_by_id);
CREATE TABLE templates_history (LIKE templates, PRIMARY KEY (id, version));

CREATE TABLE template_redacted (
  template_id uuid PRIMARY KEY REFERENCES templates,
  redact_personalisation boolean NOT NULL DEFAULT false,
  updated_at timestamp NOT NULL,
  updated_by_id uuid NOT NULL REFERENCES users
);

-- No foreign keys: their parents are never deleted, and every key would cost the hot path a lookup and a shared lock on
-- the same parent row. The program checks the parents before it inserts.
CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  "to" text NOT NULL,
  normalised_to text,
  job_id uuid,
  job_row_number integer,
  service_id uuid NOT NULL,
  template_id uuid NOT NULL,
  template_version integer NOT NULL,
  api_key_id uuid,
  key_type text NOT NULL CHECK (key_type IN ('normal', 'team', 'test')),
  billable_units integer NOT NULL DEFAULT 0,
  notification_type notification_type NOT NULL,
  created_at timestamp NOT NULL,
  sent_at timestamp,
  sent_by text,
  updated_at timestamp,
  notification_status text NOT NULL DEFAULT 'created' CHECK (notification_status IN (
    'cancelled', 'created', 'sending', 'sent', 'delivered', 'pending', 'failed', 'technical-failure',
    'temporary-failure', 'permanent-failure', 'pending-virus-check', 'validation-failed', 'virus-scan-failed',
    'returned-letter')),
  reference text,
  client_reference text,
  personalisation text,
  international boolean NOT NULL DEFAULT false,
  phone_prefix text,
  rate_multiplier numeric,
  created_by_id uuid,
  reply_to_text text,
  document_download_count integer,
  postage text,
  unsubscribe_link text,
  CONSTRAINT notifications_job_row CHECK ((job_id IS NULL) = (job_row_number IS NULL))
) WITH (fillfactor = 90);
CREATE INDEX notifications_service_list_idx ON notifications (service_id, key_type, created_at, id);
CREATE INDEX notifications_open_idx ON notifications (notification_status, notification_type, created_at)
  WHERE notification_status IN ('created', 'sending', 'pending', 'pending-virus-check');
CREATE UNIQUE INDEX notifications_job_row_key ON notifications (job_id, job_row_number) WHERE job_id IS NOT NULL;
CREATE INDEX notifications_reference_idx ON notifications (reference) WHERE reference IS NOT NULL;
CREATE INDEX notifications_client_reference_idx ON notifications (service_id, client_reference) WHERE client_reference IS NOT NULL;
CREATE INDEX notifications_normalised_to_idx ON notifications (service_id, normalised_to text_pattern_ops);
CREATE INDEX notifications_created_at_idx ON notifications USING brin (created_at);

CREATE TABLE notification_history (
  id uuid PRIMARY KEY,
  job_id uuid,
  job_row_number integer,
  service_id uuid NOT NULL,
  template_id uuid NOT NULL,
  template_version integer NOT NULL,
  api_key_id uuid,
  key_type text NOT NULL,
  notification_type notification_type NOT NULL,
  created_at timestamp NOT NULL,
  sent_at timestamp,
  sent_by text,
  updated_at timestamp,
  reference text,
  billable_units integer NOT NULL,
  client_reference text,
  international boolean NOT NULL,
  phone_prefix text,
  rate_multiplier numeric,
  notification_status text NOT NULL,
  created_by_id uuid,
  postage text,
  document_download_count integer
);
CREATE INDEX notification_history_service_idx ON notification_history (service_id, key_type, notification_type, created_at);
CREATE INDEX notification_history_created_at_idx ON notification_history (created_at);
CREATE INDEX notification_history_reference_idx ON notification_history (reference) WHERE reference IS NOT NULL;
CREATE INDEX notification_history_job_id_idx ON notification_history (job_id) WHERE job_id IS NOT NULL;

-- What a notification's row cannot tell afterwards: failed attempts, ignored receipts. `notifications trace` reads it.
CREATE TABLE notification_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notification_id uuid NOT NULL,
  occurred_at timestamp NOT NULL,
  event text NOT NULL,
  detail jsonb NOT NULL
);
CREATE INDEX notification_events_notification_id_idx ON notification_events (notification_id, id);

CREATE TABLE provider_details (
  id uuid PRIMARY KEY,
  display_name text NOT NULL,
  identifier text NOT NULL,
  priority integer NOT NULL,
  notification_type notification_type NOT NULL,
  active boolean NOT NULL,
  supports_international boolean NOT NULL DEFAULT false,
  reason text,
  created_by_id uuid REFERENCES users,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  UNIQUE (notification_type, identifier)
);
CREATE TABLE provider_details_history (LIKE provider_details, PRIMARY KEY (id, version));

INSERT INTO provider_details
  (id, display_name, identifier, priority, notification_type, active, supports_international, version, created_at)
SELECT gen_random_uuid(), display_name, identifier, priority, type::notification_type, identifier = 'sandbox', international, 1,
       '2016-01-01'
FROM (VALUES
  ('MMG', 'mmg', 51, 'sms', true),
  ('Firetext', 'firetext', 49, 'sms', false),
  ('AWS SES', 'ses', 10, 'email', false),
  ('SMTP', 'smtp', 10, 'email', false),
  ('DVLA', 'dvla', 50, 'letter', false),
  ('Sandbox', 'sandbox', 10, 'sms', true),
  ('Sandbox', 'sandbox', 10, 'email', false)
) AS seed (display_name, identifier, priority, type, international);
INSERT INTO provider_details_history SELECT * FROM provider_details;

-- What the sandbox providers were given: the outbox that tests of teams assert on.
CREATE TABLE sandbox_messages (
  id uuid PRIMARY KEY,
  notification_id uuid NOT NULL,
  notification_type notification_type NOT NULL,
  recipient text NOT NULL,
  sender text,
  reply_to text,
  subject text,
  content text NOT NULL,
  html text,
  reference text NOT NULL,
  sent_at timestamp NOT NULL
);
CREATE INDEX sandbox_messages_notification_id_idx ON sandbox_messages (notification_id);
CREATE INDEX sandbox_messages_recipient_idx ON sandbox_messages (recipient, sent_at);
CREATE INDEX sandbox_messages_sent_at_idx ON sandbox_messages (sent_at);

CREATE TABLE inbound_numbers (
  id uuid PRIMARY KEY,
  number varchar(11) NOT NULL CONSTRAINT inbound_numbers_number_key UNIQUE,
  provider text NOT NULL,
  service_id uuid UNIQUE REFERENCES services,
  active boolean NOT NULL DEFAULT true,
  created_at timestamp NOT NULL,
  updated_at timestamp
);
ALTER TABLE service_sms_senders ADD FOREIGN KEY (inbound_number_id) REFERENCES inbound_numbers;
