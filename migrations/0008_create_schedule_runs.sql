-- What runs by the clock. A tick is claimed by moving ticks_until past it, in the transaction that queues its run.
CREATE TABLE schedule_runs (
  task text PRIMARY KEY,
  cron text NOT NULL,
  -- Ticks up to here are queued, or were let go as too old.
  ticks_until timestamp NOT NULL,
  -- When the task came into the schedule.
  created_at timestamp NOT NULL,
  -- When a run of it last ended well; NULL = none did yet.
  last_run_at timestamp
) WITH (fillfactor = 50);
