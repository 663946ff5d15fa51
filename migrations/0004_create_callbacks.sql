-- Where services want to be told what became of their messages, and a log of having told them.

CREATE TABLE callback_types (name text PRIMARY KEY);
INSERT INTO callback_types VALUES ('delivery_status'), ('inbound_sms'), ('returned_letter'), ('complaint');

CREATE TABLE service_callback_api (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  callback_type text NOT NULL REFERENCES callback_types,
  url text NOT NULL,
  bearer_token text NOT NULL,
  updated_by_id uuid NOT NULL REFERENCES users,
  version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  CONSTRAINT service_callback_api_service_id_callback_type_key UNIQUE (service_id, callback_type)
);
CREATE TABLE service_callback_api_history (LIKE service_callback_api, PRIMARY KEY (id, version));
CREATE INDEX service_callback_api_history_service_id_idx ON service_callback_api_history (service_id);

-- One row for each callback, as its last attempt left it; without addresses, numbers and texts. Rows go after seven days.
CREATE TABLE callback_deliveries (
  webhook_id text PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  callback_type text NOT NULL,
  subject_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('delivered', 'retrying', 'failed')),
  attempts integer NOT NULL,
  http_status integer,
  problem text,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE INDEX callback_deliveries_service_id_idx ON callback_deliveries (service_id, created_at, webhook_id);
CREATE INDEX callback_deliveries_created_at_idx ON callback_deliveries (created_at);
