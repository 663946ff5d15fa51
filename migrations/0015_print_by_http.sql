-- Letters that go to the printer through its API, and files that it leaves on its server.

-- A letter whose printing is asked for over HTTP never gets into a zip. Kept apart from notifications, as the claims of zips are.
CREATE TABLE letter_print_requests (
  notification_id uuid PRIMARY KEY,
  requested_at timestamp NOT NULL
);
CREATE INDEX letter_print_requests_requested_at_idx ON letter_print_requests (requested_at);

-- Files of the provider on the server that zips go to: each is read once, and again when it changed.
CREATE TABLE print_response_files (
  folder text NOT NULL,
  name text NOT NULL,
  bytes bigint NOT NULL,
  modified_at timestamp NOT NULL,
  -- When it was last looked at, to the day.
  seen_at timestamp NOT NULL,
  -- NULL = still to be read.
  read_at timestamp,
  -- Why nothing of it was applied.
  problem text,
  PRIMARY KEY (folder, name)
);
CREATE INDEX print_response_files_seen_at_idx ON print_response_files (seen_at);
