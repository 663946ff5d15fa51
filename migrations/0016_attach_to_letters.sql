-- PDFs that are printed after every letter of a template. One that a template has no more is archived: letters of its
-- earlier versions are still printed with it.
CREATE TABLE letter_attachment (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  original_filename text NOT NULL,
  page_count smallint NOT NULL CHECK (page_count BETWEEN 1 AND 10),
  created_by_id uuid NOT NULL REFERENCES users,
  created_at timestamp NOT NULL,
  archived_by_id uuid REFERENCES users,
  archived_at timestamp
);
CREATE INDEX letter_attachment_service_id_idx ON letter_attachment (service_id);
ALTER TABLE templates ADD CONSTRAINT templates_letter_attachment_id_fkey
  FOREIGN KEY (letter_attachment_id) REFERENCES letter_attachment;

-- What is printed at the top of a service's letters.
CREATE TABLE service_letter_logo (
  service_id uuid PRIMARY KEY REFERENCES services,
  id uuid NOT NULL UNIQUE,
  original_filename text NOT NULL,
  created_at timestamp NOT NULL
);
CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON service_letter_logo
  FOR EACH ROW EXECUTE FUNCTION announce_changed_service('service_id');
