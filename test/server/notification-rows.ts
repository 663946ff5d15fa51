import type { App } from '../../src/lib/app.ts';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';

export interface NotificationRow {
  readonly id?: string;
  readonly to?: string;
  readonly keyType?: KeyType;
  readonly status?: NotificationStatus;
  readonly createdAt?: string | Date;
  readonly sentAt?: string | null;
  readonly updatedAt?: string | null;
  readonly reference?: string | null;
  readonly jobId?: string | null;
  readonly createdById?: string | null;
  readonly unsubscribeLink?: string | null;
  readonly sentBy?: string | null;
  readonly billableUnits?: number;
  readonly rateMultiplier?: number | null;
  readonly international?: boolean;
  readonly postage?: string | null;
  /** How many of them, alike but for the id. */
  readonly count?: number;
}

/** Writes notifications as they could be in the table, whatever would have had to happen; returns the first id. */
export async function insertRows(
  { db, ids, clock }: Pick<App, 'db' | 'ids' | 'clock'>,
  template: Template,
  row: NotificationRow = {},
): Promise<string> {
  const id = row.id ?? ids.uuid();
  await db.query({
    text: `INSERT INTO notifications (id, "to", normalised_to, service_id, template_id, template_version, key_type,
        notification_type, created_at, sent_at, updated_at, notification_status, client_reference, job_id, job_row_number,
        created_by_id, unsubscribe_link, sent_by, billable_units, rate_multiplier, international, postage)
      SELECT CASE WHEN n = 1 THEN $1 ELSE gen_random_uuid() END, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
        CASE WHEN $13::uuid IS NOT NULL THEN n END, $14, $15, $17, $18, $19, $20, $21
      FROM generate_series(1, $16::int) n`,
    values: [
      id,
      row.to ?? (template.templateType === 'email' ? 'someone@example.com' : '447900900123'),
      template.serviceId,
      template.id,
      template.version,
      row.keyType ?? 'normal',
      template.templateType,
      row.createdAt === undefined ? clock.now() : new Date(row.createdAt),
      row.sentAt ?? null,
      row.updatedAt ?? null,
      row.status ?? 'created',
      row.reference ?? null,
      row.jobId ?? null,
      row.createdById ?? null,
      row.unsubscribeLink ?? null,
      row.count ?? 1,
      row.sentBy ?? null,
      row.billableUnits ?? 0,
      row.rateMultiplier ?? null,
      row.international ?? false,
      row.postage ?? null,
    ],
  });
  return id;
}
