/** Facts of past days as a run could have left them. */
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { App } from '../../src/lib/app.ts';
import { addDays, type CalendarDate } from '../../src/lib/core/london-time.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { NotificationType } from '../../src/lib/notifications/notification.ts';
import type { Template } from '../../src/lib/templates/template.ts';

type Deps = Pick<App, 'db' | 'clock'>;

export interface Fact {
  readonly day: CalendarDate;
  readonly status: NotificationStatus;
  readonly count: number;
  readonly keyType?: KeyType;
}

/** Writes what the facts of a day say of a template. */
export async function insertFacts(
  { db, clock }: Deps,
  { id, serviceId, templateType }: Template,
  { day, status, count, keyType = 'normal' }: Fact,
): Promise<void> {
  await db.query({
    text: `INSERT INTO ft_notification_status (bst_date, template_id, service_id, job_id, notification_type, key_type,
        notification_status, notification_count, created_at)
      VALUES ($1::date, $2, $3, '00000000-0000-0000-0000-000000000000', $4, $5, $6, $7, $8)`,
    values: [day, id, serviceId, templateType, keyType, status, count, clock.now()],
  });
}

/** Says that runs have counted these days, both included. */
export async function countDays(
  { db, clock }: Deps,
  first: CalendarDate,
  last: CalendarDate,
  types: readonly NotificationType[] = ['sms', 'email', 'letter'],
): Promise<void> {
  for (let day = first; day <= last; day = addDays(day, 1)) {
    await db.query({
      text: `INSERT INTO ft_notification_status_runs (bst_date, notification_type, completed_at)
        SELECT $1::date, type, $3 FROM unnest($2::notification_type[]) AS type`,
      values: [day, [...types], clock.now()],
    });
  }
}
