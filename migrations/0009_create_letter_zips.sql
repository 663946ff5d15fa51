-- Letters on their way to the print provider: runs of the collation, zips, and which letter is in which zip.

CREATE TABLE letter_print_runs (
  id uuid PRIMARY KEY,
  -- London day whose deadline ends the run.
  print_date date NOT NULL,
  -- Letters created before it are in the run.
  deadline timestamp NOT NULL,
  postages text[] NOT NULL,
  created_at timestamp NOT NULL,
  -- NULL = it runs, or was interrupted.
  completed_at timestamp
);
CREATE INDEX letter_print_runs_print_date_idx ON letter_print_runs (print_date);
CREATE INDEX letter_print_runs_incomplete_idx ON letter_print_runs (created_at) WHERE completed_at IS NULL;

CREATE TABLE letter_zips (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES letter_print_runs,
  name text NOT NULL CONSTRAINT letter_zips_name_key UNIQUE,
  print_date date NOT NULL,
  postage text NOT NULL,
  sequence integer NOT NULL,
  service_id uuid NOT NULL REFERENCES services,
  -- open: its letters are claimed; sent: the provider has it; failed: an operator gave it up.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'failed')),
  -- The files in it, in order, and their sizes in bytes: never changed, so that it can be made again.
  keys text[] NOT NULL,
  sizes integer[] NOT NULL,
  -- Bytes of the zip itself.
  bytes bigint NOT NULL,
  created_at timestamp NOT NULL,
  -- When its upload ended, or it was given up.
  closed_at timestamp,
  -- When the provider acknowledged it.
  acknowledged_at timestamp,
  CONSTRAINT letter_zips_sequence_key UNIQUE (print_date, postage, sequence)
);
CREATE INDEX letter_zips_upper_name_idx ON letter_zips (upper(name));
CREATE INDEX letter_zips_open_idx ON letter_zips (id) WHERE state = 'open';
CREATE INDEX letter_zips_run_id_idx ON letter_zips (run_id);
CREATE INDEX letter_zips_service_id_idx ON letter_zips (service_id);

-- A letter is in one zip at most. Kept apart from notifications, whose rows are read and written all the time.
CREATE TABLE letter_zip_letters (
  notification_id uuid PRIMARY KEY,
  zip_id uuid NOT NULL REFERENCES letter_zips ON DELETE CASCADE
);
CREATE INDEX letter_zip_letters_zip_id_idx ON letter_zip_letters (zip_id);

-- Sorted and unsorted letters that a response file of the provider counts.
CREATE TABLE daily_sorted_letter (
  billing_day date NOT NULL,
  file_name text NOT NULL,
  sorted_count integer NOT NULL,
  unsorted_count integer NOT NULL,
  updated_at timestamp NOT NULL,
  PRIMARY KEY (billing_day, file_name)
);

-- Letters that came back.
CREATE TABLE returned_letters (
  notification_id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  -- The day of the first report.
  reported_at date NOT NULL,
  created_at timestamp NOT NULL
);
CREATE INDEX returned_letters_service_id_idx ON returned_letters (service_id, reported_at);
