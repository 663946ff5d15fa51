-- What decides how text messages are shared among providers, and when slow delivery is worth an alert.

-- The newest failed sends of each provider, as many as the decision needs; with Redis they are kept there.
CREATE TABLE provider_errors (
  identifier text PRIMARY KEY,
  occurred_at timestamp[] NOT NULL
) WITH (fillfactor = 50);

-- Minutes in a row in which something was wrong; counted_at is the last minute that was looked at.
CREATE TABLE alert_streaks (
  alert text PRIMARY KEY,
  minutes integer NOT NULL,
  counted_at timestamp NOT NULL
);

-- How fast the text messages of the last minutes were delivered, without reading those of other days.
CREATE INDEX notifications_delivered_sms_idx ON notifications (created_at)
  WHERE notification_type = 'sms' AND notification_status = 'delivered';
