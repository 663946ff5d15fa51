-- Organisations, which services belong to.
CREATE TABLE organisation (
  id uuid PRIMARY KEY,
  name varchar(255) NOT NULL CONSTRAINT organisation_name_key UNIQUE,
  active boolean NOT NULL DEFAULT true,
  crown boolean,
  organisation_type text REFERENCES organisation_types,
  agreement_signed boolean,
  agreement_signed_at timestamp,
  agreement_signed_by_id uuid REFERENCES users,
  agreement_signed_on_behalf_of_name varchar(255),
  agreement_signed_on_behalf_of_email_address varchar(255),
  agreement_signed_version double precision,
  request_to_go_live_notes text,
  notes text,
  purchase_order_number varchar(255),
  billing_contact_names text,
  billing_contact_email_addresses text,
  billing_reference varchar(255),
  created_at timestamp NOT NULL,
  updated_at timestamp
);

-- Whose email addresses end like this belongs to the organisation. In lower case.
CREATE TABLE domain (
  domain varchar(255) CONSTRAINT domain_pkey PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation
);
CREATE INDEX domain_organisation_id_idx ON domain (organisation_id);

CREATE TABLE user_to_organisation (
  user_id uuid NOT NULL REFERENCES users,
  organisation_id uuid NOT NULL REFERENCES organisation,
  PRIMARY KEY (user_id, organisation_id)
);
CREATE INDEX user_to_organisation_organisation_id_idx ON user_to_organisation (organisation_id);

-- Services that were given the id of an organisation while there were none keep it.
INSERT INTO organisation (id, name, created_at)
SELECT organisation_id, 'Organisation ' || organisation_id, min(created_at)
FROM services WHERE organisation_id IS NOT NULL GROUP BY organisation_id;

ALTER TABLE services ADD CONSTRAINT services_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation;
CREATE INDEX services_organisation_id_idx ON services (organisation_id);
