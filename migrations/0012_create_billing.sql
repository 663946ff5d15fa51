-- What messages cost: rates, free allowances, and what is counted of each day.

-- Pounds for one fragment of a text. The newest that is valid at midnight in London of a day is that day's.
CREATE TABLE rates (
  id uuid PRIMARY KEY,
  valid_from timestamp NOT NULL,
  rate numeric NOT NULL CHECK (rate >= 0),
  notification_type notification_type NOT NULL,
  CONSTRAINT rates_valid_from_key UNIQUE (notification_type, valid_from)
);
INSERT INTO rates (id, valid_from, rate, notification_type)
SELECT gen_random_uuid(), valid_from::timestamp, rate, 'sms'
FROM (VALUES
  ('2016-05-18 00:00', 0.0165), ('2017-03-31 23:00', 0.0158), ('2021-03-31 23:00', 0.0160),
  ('2022-03-31 23:00', 0.0161), ('2022-04-30 23:00', 0.0172), ('2023-03-31 23:00', 0.0197),
  ('2024-03-31 23:00', 0.0227), ('2025-03-31 23:00', 0.0233), ('2026-03-31 23:00', 0.024)
) AS seed (valid_from, rate);

-- Pounds for a letter of so many sheets. end_date is for people: it plays no part.
CREATE TABLE letter_rates (
  id uuid PRIMARY KEY,
  start_date timestamp NOT NULL,
  end_date timestamp,
  sheet_count integer NOT NULL CHECK (sheet_count > 0),
  rate numeric NOT NULL CHECK (rate >= 0),
  crown boolean NOT NULL,
  post_class text NOT NULL,
  CONSTRAINT letter_rates_start_date_key UNIQUE (post_class, sheet_count, crown, start_date)
);
-- Between the first rates and the newest only those are known that stand here; `notify billing rates add` adds others.
INSERT INTO letter_rates (id, start_date, sheet_count, rate, crown, post_class)
SELECT gen_random_uuid(), start_date::timestamp, sheet_count, rate, crown, post_class
FROM (VALUES
  ('2016-03-31 23:00', 'second', ARRAY[0.30, 0.33, 0.36], ARRAY[true]),
  ('2016-03-31 23:00', 'second', ARRAY[0.33, 0.39, 0.45], ARRAY[false]),
  ('2018-09-30 23:00', 'second', ARRAY[0.35], ARRAY[true, false]),
  ('2020-06-30 23:00', 'europe', ARRAY[0.84, 0.92, 1.00, 1.08, 1.16], ARRAY[true, false]),
  ('2020-06-30 23:00', 'rest-of-world', ARRAY[0.84, 0.92, 1.00, 1.08, 1.16], ARRAY[true, false]),
  ('2021-02-01 00:00', 'second', ARRAY[0.39, 0.44, 0.49, 0.54, 0.59], ARRAY[true, false]),
  ('2021-02-01 00:00', 'first', ARRAY[0.69, 0.74, 0.79, 0.84, 0.89], ARRAY[true, false]),
  ('2021-02-01 00:00', 'europe', ARRAY[0.89, 0.97, 1.05, 1.13, 1.21], ARRAY[true, false]),
  ('2021-02-01 00:00', 'rest-of-world', ARRAY[0.89, 0.97, 1.05, 1.13, 1.21], ARRAY[true, false]),
  -- The start of the newest ones is ours: that of the newest rate of texts.
  ('2026-03-31 23:00', 'first', ARRAY[1.56, 1.61, 1.66, 1.71, 1.76], ARRAY[true, false]),
  ('2026-03-31 23:00', 'second', ARRAY[0.73, 0.77, 0.82, 0.87, 0.91], ARRAY[true, false]),
  ('2026-03-31 23:00', 'economy', ARRAY[0.638, 0.684, 0.724, 0.779, 0.823], ARRAY[true, false]),
  ('2026-03-31 23:00', 'europe', ARRAY[1.80, 1.84, 1.88, 1.92, 1.96], ARRAY[true, false]),
  ('2026-03-31 23:00', 'rest-of-world', ARRAY[1.80, 1.84, 1.88, 1.92, 1.96], ARRAY[true, false])
) AS seed (start_date, post_class, by_sheets, crowns)
CROSS JOIN unnest(by_sheets) WITH ORDINALITY AS sheet (rate, sheet_count)
CROSS JOIN unnest(crowns) AS crown;

-- Fragments of texts that a service sends free of charge in a financial year.
CREATE TABLE annual_billing (
  id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES services,
  -- 2016 is the year from 1 April 2016.
  financial_year_start integer NOT NULL,
  free_sms_fragment_limit integer NOT NULL CHECK (free_sms_fragment_limit >= 0),
  high_volume_service_last_year boolean NOT NULL DEFAULT false,
  has_custom_allowance boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  CONSTRAINT annual_billing_year_key UNIQUE (service_id, financial_year_start)
);

-- What a service gets by its type of organisation: the row with the greatest year that is not after the one in question.
CREATE TABLE default_annual_allowance (
  organisation_type text NOT NULL REFERENCES organisation_types,
  valid_from_financial_year_start integer NOT NULL,
  allowance integer NOT NULL CHECK (allowance >= 0),
  notification_type notification_type NOT NULL,
  PRIMARY KEY (organisation_type, notification_type, valid_from_financial_year_start)
);
INSERT INTO default_annual_allowance (organisation_type, valid_from_financial_year_start, allowance, notification_type)
SELECT organisation_type, year, allowance, 'sms'
FROM (VALUES
  (ARRAY['central', 'nhs_central'],
   ARRAY[2016, 2021, 2022, 2023, 2024, 2026], ARRAY[250000, 150000, 40000, 40000, 30000, 20000]),
  (ARRAY['local', 'nhs_local', 'emergency_service'],
   ARRAY[2016, 2021, 2022, 2023, 2024, 2026], ARRAY[25000, 25000, 20000, 20000, 10000, 10000]),
  (ARRAY['school_or_college', 'other'],
   ARRAY[2016, 2021, 2022, 2023, 2024, 2026], ARRAY[25000, 10000, 10000, 10000, 5000, 5000]),
  (ARRAY['nhs_gp'],
   ARRAY[2016, 2021, 2022, 2023, 2024, 2026], ARRAY[25000, 10000, 10000, 10000, 0, 0]),
  (ARRAY['nhs_notify'], ARRAY[2016], ARRAY[0])
) AS seed (organisation_types, years, allowances)
CROSS JOIN unnest(organisation_types) AS organisation_type
CROSS JOIN unnest(years, allowances) AS by_year (year, allowance);

-- Billable messages of a day in London. Emails have no units; a letter's rate is for all its sheets.
CREATE TABLE ft_billing (
  bst_date date NOT NULL,
  template_id uuid NOT NULL,
  service_id uuid NOT NULL,
  notification_type notification_type NOT NULL,
  provider text NOT NULL,
  rate_multiplier integer NOT NULL,
  international boolean NOT NULL,
  rate numeric NOT NULL,
  postage text NOT NULL,
  -- Fragments of texts, sheets of letters.
  billable_units bigint NOT NULL,
  notifications_sent bigint NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  PRIMARY KEY (bst_date, template_id, service_id, notification_type, provider, rate_multiplier, international, rate, postage)
);
CREATE INDEX ft_billing_service_id_idx ON ft_billing (service_id, bst_date);
CREATE INDEX ft_billing_template_id_idx ON ft_billing (template_id, bst_date);

-- The days that are counted in ft_billing, of all services. The newest may be going on.
CREATE TABLE ft_billing_runs (
  bst_date date PRIMARY KEY,
  completed_at timestamp NOT NULL
);

-- When the printer despatched a letter, in London, and at which price of postage.
CREATE TABLE notifications_letter_despatch (
  notification_id uuid PRIMARY KEY,
  despatched_on date NOT NULL,
  cost_threshold text NOT NULL CHECK (cost_threshold IN ('sorted', 'unsorted'))
);
CREATE INDEX notifications_letter_despatch_despatched_on_idx ON notifications_letter_despatch (despatched_on);

-- Letters by the day of their despatch; billable_units are the sheets of one letter.
CREATE TABLE ft_billing_letter_despatch (
  bst_date date NOT NULL,
  postage text NOT NULL,
  cost_threshold text NOT NULL,
  rate numeric NOT NULL,
  billable_units integer NOT NULL,
  notifications_sent integer NOT NULL,
  created_at timestamp NOT NULL,
  updated_at timestamp,
  PRIMARY KEY (bst_date, postage, cost_threshold, rate, billable_units)
);
