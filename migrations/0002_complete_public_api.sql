-- What the public API needs besides sending: daily limits, idempotency keys, documents, received texts, unsubscribe
-- requests, and the news of changed settings.

-- Messages stored per service and UTC day, test keys left out. Changed in the transaction that stores the messages.
CREATE TABLE daily_counts (
  service_id uuid NOT NULL,
  counted text NOT NULL CHECK (counted IN ('sms', 'email', 'letter', 'international_sms')),
  day date NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (service_id, counted, day)
) WITH (fillfactor = 50);

-- id names the request that holds the key. answer is encrypted; null while that request is in progress.
CREATE TABLE idempotency_keys (
  id uuid NOT NULL UNIQUE,
  service_id uuid NOT NULL,
  key_type text NOT NULL,
  path text NOT NULL,
  idempotency_key text NOT NULL,
  request_digest bytea NOT NULL,
  claimed_at timestamp NOT NULL,
  answer text,
  PRIMARY KEY (service_id, key_type, path, idempotency_key)
);
CREATE INDEX idempotency_keys_claimed_at_idx ON idempotency_keys (claimed_at);

-- Files sent by email. The content is in the store; it and filename are encrypted with a key that only the link holds.
-- tries counts confirmations of the address since tries_since.
CREATE TABLE documents (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL,
  filename text,
  mimetype text NOT NULL,
  extension text NOT NULL,
  size_bytes bigint NOT NULL,
  key_digest bytea NOT NULL,
  recipient_digest bytea,
  available_until timestamp NOT NULL,
  created_at timestamp NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  tries_since timestamp
) WITH (fillfactor = 80);
CREATE INDEX documents_available_until_idx ON documents (available_until);

-- content is encrypted.
CREATE TABLE inbound_sms (
  id uuid PRIMARY KEY,
  created_at timestamp NOT NULL,
  service_id uuid NOT NULL REFERENCES services,
  notify_number text NOT NULL,
  user_number text NOT NULL,
  provider_date timestamp,
  provider_reference text,
  provider text NOT NULL,
  content text NOT NULL
);
CREATE INDEX inbound_sms_service_list_idx ON inbound_sms (service_id, created_at, id);
CREATE INDEX inbound_sms_user_number_idx ON inbound_sms (service_id, user_number);

CREATE TABLE unsubscribe_request_report (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  count integer NOT NULL,
  earliest_timestamp timestamp NOT NULL,
  latest_timestamp timestamp NOT NULL,
  processed_by_service_at timestamp,
  created_at timestamp NOT NULL
);
CREATE INDEX unsubscribe_request_report_service_id_idx ON unsubscribe_request_report (service_id);

CREATE TABLE unsubscribe_request (
  id uuid PRIMARY KEY,
  notification_id uuid NOT NULL,
  template_id uuid NOT NULL,
  template_version integer NOT NULL,
  service_id uuid NOT NULL REFERENCES services,
  email_address text NOT NULL,
  unsubscribe_request_report_id uuid REFERENCES unsubscribe_request_report,
  created_at timestamp NOT NULL
);
CREATE INDEX unsubscribe_request_notification_id_idx ON unsubscribe_request (notification_id);
CREATE INDEX unsubscribe_request_service_id_idx ON unsubscribe_request (service_id, created_at);
CREATE INDEX unsubscribe_request_report_id_idx ON unsubscribe_request (unsubscribe_request_report_id);

-- A letter's barcode names its files: no two letters share one.
CREATE UNIQUE INDEX notifications_letter_reference_key ON notifications (reference)
  WHERE notification_type = 'letter' AND reference IS NOT NULL;

-- References and addresses may be longer than an index can hold: their beginnings are indexed, and searched with.
DROP INDEX notifications_client_reference_idx;
CREATE INDEX notifications_client_reference_idx ON notifications (service_id, left(client_reference, 255))
  WHERE client_reference IS NOT NULL;
DROP INDEX notifications_normalised_to_idx;
CREATE INDEX notifications_normalised_to_idx ON notifications (service_id, left(normalised_to, 255) text_pattern_ops);

-- The only hidden templates of letters are those of precompiled ones, made by the first of them: one for each service.
CREATE UNIQUE INDEX templates_precompiled_key ON templates (service_id) WHERE hidden AND template_type = 'letter';

-- Every process keeps settings of services in memory; a commit that changes them tells all of them, whoever writes.
CREATE FUNCTION announce_changed_service() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  changed jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('notify_service_changed', changed ->> TG_ARGV[0]);
  RETURN NULL;
END $$;

CREATE FUNCTION announce_changed_user() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  PERFORM pg_notify('notify_service_changed', service_id::text) FROM user_to_service WHERE user_id = NEW.id;
  RETURN NULL;
END $$;

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON services
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_permissions
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_whitelist
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_sms_senders
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_email_reply_to
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_letter_contacts
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON user_to_service
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON api_keys
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON templates
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
CREATE TRIGGER announce_change AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION announce_changed_user();
