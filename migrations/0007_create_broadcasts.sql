-- Emergency broadcasts: messages that operators draft, events (one for each instruction about a message), and provider
-- messages (one for each document that a mobile network is given).

CREATE TABLE broadcast_status_type (name text PRIMARY KEY);
INSERT INTO broadcast_status_type VALUES ('draft'), ('pending-approval'), ('rejected'), ('broadcasting'), ('completed'),
  ('cancelled'), ('technical-failure');

CREATE TABLE service_broadcast_settings (
  service_id uuid PRIMARY KEY REFERENCES services,
  channel text NOT NULL CHECK (channel IN ('test', 'operator', 'severe', 'government')),
  provider text NOT NULL CHECK (provider IN ('ee', 'three', 'vodafone', 'o2', 'all')),
  created_at timestamp NOT NULL,
  updated_at timestamp
);

CREATE TABLE broadcast_message (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  template_id uuid,
  template_version integer,
  -- Encrypted.
  personalisation text,
  content text NOT NULL,
  areas jsonb NOT NULL DEFAULT '[]',
  status text NOT NULL DEFAULT 'draft' REFERENCES broadcast_status_type,
  starts_at timestamp,
  -- Stays when the broadcast is cancelled: the cancellation may be sent until then.
  finishes_at timestamp,
  created_at timestamp NOT NULL,
  submitted_at timestamp,
  approved_at timestamp,
  rejected_at timestamp,
  cancelled_at timestamp,
  updated_at timestamp,
  created_by_id uuid REFERENCES users,
  created_by_api_key_id uuid REFERENCES api_keys,
  submitted_by_id uuid REFERENCES users,
  approved_by_id uuid REFERENCES users,
  rejected_by_id uuid REFERENCES users,
  cancelled_by_id uuid REFERENCES users,
  cancelled_by_api_key_id uuid REFERENCES api_keys,
  reference varchar(255),
  cap_event varchar(255),
  -- Never really sent.
  stubbed boolean NOT NULL,
  FOREIGN KEY (template_id, template_version) REFERENCES templates_history (id, version),
  CONSTRAINT broadcast_message_created_by CHECK (created_by_id IS NOT NULL OR created_by_api_key_id IS NOT NULL)
);
CREATE INDEX broadcast_message_service_id_idx ON broadcast_message (service_id, created_at, id);
CREATE INDEX broadcast_message_template_id_idx ON broadcast_message (template_id) WHERE template_id IS NOT NULL;
CREATE INDEX broadcast_message_finishes_at_idx ON broadcast_message (finishes_at) WHERE status = 'broadcasting';
-- What the public list of alerts shows.
CREATE INDEX broadcast_message_live_idx ON broadcast_message (starts_at)
  WHERE NOT stubbed AND status IN ('broadcasting', 'completed', 'cancelled');

-- Written once and never changed, so that every network is given the same and documents can be made again.
CREATE TABLE broadcast_event (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  broadcast_message_id uuid NOT NULL REFERENCES broadcast_message,
  sent_at timestamp NOT NULL,
  message_type text NOT NULL CHECK (message_type IN ('alert', 'update', 'cancel')),
  transmitted_content jsonb,
  transmitted_areas jsonb NOT NULL,
  transmitted_sender text NOT NULL,
  transmitted_starts_at timestamp,
  transmitted_finishes_at timestamp NOT NULL,
  -- Events refer to those before them.
  CONSTRAINT broadcast_event_broadcast_message_id_sent_at_key UNIQUE (broadcast_message_id, sent_at)
);
CREATE INDEX broadcast_event_service_id_idx ON broadcast_event (service_id);

-- The id is the identifier of the document.
CREATE TABLE broadcast_provider_message (
  id uuid PRIMARY KEY,
  broadcast_event_id uuid NOT NULL REFERENCES broadcast_event,
  provider text NOT NULL CHECK (provider IN ('ee', 'vodafone', 'three', 'o2')),
  status text NOT NULL CHECK (status IN ('sending', 'returned-ack', 'returned-error', 'technical-failure')),
  -- Which attempt is giving it to the network, and until when nobody else may.
  claim uuid,
  claimed_until timestamp,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  CONSTRAINT broadcast_provider_message_broadcast_event_id_provider_key UNIQUE (broadcast_event_id, provider)
);

-- Sequential numbers, for documents in IBAG. Link tests take numbers without a row.
CREATE SEQUENCE broadcast_provider_message_number_seq AS integer;
CREATE TABLE broadcast_provider_message_number (
  broadcast_provider_message_number integer PRIMARY KEY DEFAULT nextval('broadcast_provider_message_number_seq'),
  broadcast_provider_message_id uuid NOT NULL REFERENCES broadcast_provider_message,
  CONSTRAINT broadcast_provider_message_number_message_id_key UNIQUE (broadcast_provider_message_id)
);
ALTER SEQUENCE broadcast_provider_message_number_seq
  OWNED BY broadcast_provider_message_number.broadcast_provider_message_number;

-- What happened to an event at a provider, refused attempts included; rows are only added.
CREATE TABLE broadcast_provider_message_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  broadcast_event_id uuid NOT NULL REFERENCES broadcast_event,
  provider text NOT NULL,
  broadcast_provider_message_id uuid REFERENCES broadcast_provider_message,
  status text NOT NULL CHECK (status IN ('sending', 'returned-ack', 'returned-error', 'technical-failure', 'refused')),
  error_detail jsonb,
  created_at timestamp NOT NULL
);
CREATE INDEX broadcast_provider_message_history_event_idx ON broadcast_provider_message_history (broadcast_event_id, id);
