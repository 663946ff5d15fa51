// What keeps the cost of a message the same however many are stored (docs/adr/0018-flat-cost-without-partitions.md).
// Indexes are built while others write, so there is no transaction: what an interrupted run left is made again.

const lists = '(service_id, key_type, notification_type, created_at, id)';

export const up = (pgm) => {
  pgm.noTransaction();

  // Lists, limits, statistics and retention all ask for one type: none of them reads past the other types.
  pgm.sql('DROP INDEX CONCURRENTLY IF EXISTS notifications_service_idx');
  pgm.sql(`CREATE INDEX CONCURRENTLY notifications_service_idx ON notifications ${lists}`);
  pgm.sql('DROP INDEX CONCURRENTLY IF EXISTS notifications_service_list_idx');

  // Lists of what failed: without it, a service whose messages arrive would be read to the end.
  pgm.sql('DROP INDEX CONCURRENTLY IF EXISTS notifications_failed_idx');
  pgm.sql(`CREATE INDEX CONCURRENTLY notifications_failed_idx ON notifications ${lists}
    WHERE notification_status IN ('cancelled', 'failed', 'technical-failure', 'temporary-failure', 'permanent-failure',
      'validation-failed', 'virus-scan-failed', 'returned-letter')`);

  // Numbers come in no order: of every message, most of what the disk was given was for this index. Only `notifications list
  // --to` used it, which now reads the messages of its service; a part of a number was always searched for like that.
  pgm.sql('DROP INDEX CONCURRENTLY IF EXISTS notifications_normalised_to_idx');

  // In a large table, a tenth or a fifth of the rows is more than a day's: by then the planner takes today for empty.
  for (const table of ['notifications', 'notification_history']) {
    pgm.sql(`ALTER TABLE ${table} SET (autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05,
      autovacuum_vacuum_insert_scale_factor = 0.05)`);
  }

  // Files that hold what was taken out of the history. Rows in a file are deleted once it is noted here.
  pgm.sql(`CREATE TABLE IF NOT EXISTS notification_history_archives (
    bst_date date NOT NULL,
    part integer NOT NULL,
    -- Of the object, in the area notification-history of the storage.
    key text NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    stored_at timestamp NOT NULL,
    -- When the last of its rows was deleted; NULL = some are there still.
    deleted_at timestamp,
    PRIMARY KEY (bst_date, part)
  )`);
  pgm.sql(`CREATE INDEX IF NOT EXISTS notification_history_archives_open_idx
    ON notification_history_archives (bst_date, part) WHERE deleted_at IS NULL`);
};
