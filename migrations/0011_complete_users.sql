-- Addresses are found in any case, and nobody has another's in another case.
CREATE UNIQUE INDEX users_email_address_lower_key ON users (lower(email_address));

-- What people did, as a front end tells it.
CREATE TABLE events (
  id uuid PRIMARY KEY,
  event_type varchar(255) NOT NULL,
  created_at timestamp NOT NULL,
  data json NOT NULL
);
CREATE INDEX events_created_at_idx ON events (created_at);
