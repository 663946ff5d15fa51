-- Complaints of recipients about emails (data sheet §1.4). A notification may be archived, and so is not referred to.
CREATE TABLE complaints (
  id uuid PRIMARY KEY,
  notification_id uuid NOT NULL,
  service_id uuid NOT NULL REFERENCES services,
  ses_feedback_id text,
  complaint_type text,
  complaint_date timestamp,
  created_at timestamp NOT NULL
);
CREATE INDEX complaints_notification_id_idx ON complaints (notification_id);
CREATE INDEX complaints_service_id_idx ON complaints (service_id, created_at);

-- SNS delivers at least once: a complaint that comes again is the same.
CREATE UNIQUE INDEX complaints_ses_feedback_key ON complaints (notification_id, ses_feedback_id)
  WHERE ses_feedback_id IS NOT NULL;
