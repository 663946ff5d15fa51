import type { App } from '../../src/lib/app.ts';

/** Notifications as they are once they are old: in the history. */
export async function moveRowsToHistory({ db }: Pick<App, 'db'>, ids: readonly string[]): Promise<void> {
  await db.query({
    text: `WITH moved AS (DELETE FROM notifications WHERE id = ANY($1) RETURNING *)
      INSERT INTO notification_history (id, job_id, job_row_number, service_id, template_id, template_version, api_key_id,
        key_type, notification_type, created_at, sent_at, sent_by, billable_units, international, rate_multiplier,
        notification_status, postage, reference)
      SELECT id, job_id, job_row_number, service_id, template_id, template_version, api_key_id, key_type,
        notification_type, created_at, sent_at, sent_by, billable_units, international, rate_multiplier,
        notification_status, postage, reference FROM moved`,
    values: [[...ids]],
  });
}
