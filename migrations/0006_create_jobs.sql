-- Files of recipients: jobs made of them, contact lists that are kept, and what is counted of them.

CREATE TABLE job_status (name text PRIMARY KEY);
INSERT INTO job_status VALUES ('pending'), ('in progress'), ('finished'), ('finished all notifications created'),
  ('sending limits exceeded'), ('scheduled'), ('cancelled'), ('ready to send'), ('sent to dvla'), ('error');

CREATE TABLE service_contact_list (
  id uuid PRIMARY KEY,
  original_file_name text NOT NULL,
  row_count integer NOT NULL,
  template_type text NOT NULL CHECK (template_type IN ('email', 'sms')),
  service_id uuid NOT NULL REFERENCES services,
  created_by_id uuid NOT NULL REFERENCES users,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  archived boolean NOT NULL DEFAULT false
);
CREATE INDEX service_contact_list_service_id_idx ON service_contact_list (service_id, created_at);

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  original_file_name text NOT NULL,
  service_id uuid NOT NULL REFERENCES services,
  template_id uuid NOT NULL REFERENCES templates,
  template_version integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  notification_count integer NOT NULL,
  notifications_sent integer NOT NULL DEFAULT 0,
  notifications_delivered integer NOT NULL DEFAULT 0,
  notifications_failed integer NOT NULL DEFAULT 0,
  processing_started timestamp,
  processing_finished timestamp,
  created_by_id uuid NOT NULL REFERENCES users,
  scheduled_for timestamp,
  job_status text NOT NULL DEFAULT 'pending' REFERENCES job_status,
  archived boolean NOT NULL DEFAULT false,
  contact_list_id uuid REFERENCES service_contact_list,
  -- Rows of the file that were handed on: a worker that takes over goes on after them.
  rows_handed_on integer NOT NULL DEFAULT 0,
  FOREIGN KEY (template_id, template_version) REFERENCES templates_history (id, version)
);
-- The list of a service's jobs, in its order.
CREATE INDEX jobs_service_id_idx ON jobs (service_id, processing_started DESC, created_at DESC, id);
-- What was sent with a template today.
CREATE INDEX jobs_template_id_idx ON jobs (template_id, created_at);
CREATE INDEX jobs_contact_list_id_idx ON jobs (contact_list_id) WHERE contact_list_id IS NOT NULL;
-- What the clock looks for; finished jobs are not among them for long.
CREATE INDEX jobs_scheduled_for_idx ON jobs (scheduled_for) WHERE job_status = 'scheduled';
CREATE INDEX jobs_under_way_idx ON jobs (job_status, processing_started) WHERE job_status IN ('pending', 'in progress');
CREATE INDEX jobs_finished_idx ON jobs (processing_finished) WHERE job_status = 'finished';
-- Files that retention removes.
CREATE INDEX jobs_kept_files_idx ON jobs (created_at) WHERE NOT archived;

-- Rows of a job that have no notification and will get none by themselves.
CREATE TABLE job_rows_left_out (
  job_id uuid NOT NULL REFERENCES jobs,
  job_row_number integer NOT NULL,
  -- In trial mode only the team and the guest list are sent to; a failed row could not be stored however often it was tried.
  reason text NOT NULL CHECK (reason IN ('not allowed', 'failed')),
  created_at timestamp NOT NULL,
  PRIMARY KEY (job_id, job_row_number)
);

-- The name by which operators know it.
ALTER INDEX notifications_job_row_key RENAME TO uq_notifications_job_row_number;

-- Absence means seven days.
CREATE TABLE service_data_retention (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  notification_type notification_type NOT NULL,
  days_of_retention integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  UNIQUE (service_id, notification_type)
);

-- Notifications of a day in London by status; job_id is all zeros for those of no job.
CREATE TABLE ft_notification_status (
  bst_date date NOT NULL,
  template_id uuid NOT NULL,
  service_id uuid NOT NULL,
  job_id uuid NOT NULL,
  notification_type notification_type NOT NULL,
  key_type text NOT NULL,
  notification_status text NOT NULL,
  notification_count integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  PRIMARY KEY (bst_date, template_id, service_id, job_id, notification_type, key_type, notification_status)
);
CREATE INDEX ft_notification_status_service_id_idx ON ft_notification_status (service_id, bst_date);
CREATE INDEX ft_notification_status_template_id_idx ON ft_notification_status (template_id, bst_date);
CREATE INDEX ft_notification_status_job_id_idx ON ft_notification_status (job_id)
  WHERE job_id <> '00000000-0000-0000-0000-000000000000';
