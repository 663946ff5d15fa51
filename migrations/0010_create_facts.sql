-- Which days are counted in the facts, how fast messages went out, and what is left of what retention takes away.

-- A day's notifications of a type are in ft_notification_status, of all services. Without a row they are not, or not all.
CREATE TABLE ft_notification_status_runs (
  bst_date date NOT NULL,
  notification_type notification_type NOT NULL,
  completed_at timestamp NOT NULL,
  PRIMARY KEY (bst_date, notification_type)
);

-- Messages of the API on a day in London, and how many of them a provider had within ten seconds.
CREATE TABLE ft_processing_time (
  bst_date date PRIMARY KEY,
  messages_total integer NOT NULL,
  messages_within_10_secs integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp
);

-- Received texts without sender and content.
CREATE TABLE inbound_sms_history (
  id uuid PRIMARY KEY,
  created_at timestamp NOT NULL,
  service_id uuid NOT NULL,
  notify_number text NOT NULL,
  provider_date timestamp,
  provider_reference text,
  provider text NOT NULL
);
CREATE INDEX inbound_sms_history_service_id_idx ON inbound_sms_history (service_id, created_at);

-- Requests to unsubscribe without the address.
CREATE TABLE unsubscribe_request_history (
  id uuid PRIMARY KEY,
  notification_id uuid NOT NULL,
  template_id uuid NOT NULL,
  template_version integer NOT NULL,
  service_id uuid NOT NULL,
  unsubscribe_request_report_id uuid,
  created_at timestamp NOT NULL
);
CREATE INDEX unsubscribe_request_history_service_id_idx ON unsubscribe_request_history (service_id, created_at);
