import type { App } from '../../src/lib/app.ts';
import type { JobStatus } from '../../src/lib/jobs/job.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';

type Time = string | Date | null;

export interface JobRow {
  readonly id?: string;
  readonly fileName?: string;
  readonly status?: JobStatus;
  readonly createdAt?: string | Date;
  readonly scheduledFor?: Time;
  readonly processingStarted?: Time;
  readonly notificationCount?: number;
  readonly contactListId?: string | null;
  readonly createdById?: string;
}

type Deps = Pick<App, 'db' | 'ids' | 'clock'>;

/** Writes a job as it could be in the table; returns its id. */
export async function insertJobRow(app: Deps, template: Template, row: JobRow = {}): Promise<string> {
  const id = row.id ?? app.ids.uuid();
  const time = (value: Time | undefined): Date | null => (value == null ? null : new Date(value));
  await app.db.query({
    text: `INSERT INTO jobs (id, original_file_name, service_id, template_id, template_version, created_at,
        notification_count, processing_started, created_by_id, scheduled_for, job_status, contact_list_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      id,
      row.fileName ?? 'some.csv',
      template.serviceId,
      template.id,
      template.version,
      time(row.createdAt) ?? app.clock.now(),
      row.notificationCount ?? 1,
      time(row.processingStarted),
      row.createdById ?? systemUserId,
      time(row.scheduledFor),
      row.status ?? 'pending',
      row.contactListId ?? null,
    ],
  });
  return id;
}

/** Writes what a day's facts say of a job. */
export async function insertJobFacts(
  app: Deps,
  template: Template,
  fact: { jobId: string; day: string; status: NotificationStatus; count: number },
): Promise<void> {
  await app.db.query({
    text: `INSERT INTO ft_notification_status (bst_date, template_id, service_id, job_id, notification_type, key_type,
        notification_status, notification_count, created_at)
      VALUES ($1::date, $2, $3, $4, $5, 'normal', $6, $7, $8)`,
    values: [
      fact.day,
      template.id,
      template.serviceId,
      fact.jobId,
      template.templateType,
      fact.status,
      fact.count,
      app.clock.now(),
    ],
  });
}

/** How long a service keeps its messages of a type. */
export async function insertRetention(
  app: Deps,
  { serviceId, type, days }: { serviceId: string; type: string; days: number },
): Promise<void> {
  await app.db.query({
    text: `INSERT INTO service_data_retention (id, service_id, notification_type, days_of_retention, created_at)
      VALUES ($1, $2, $3, $4, $5)`,
    values: [app.ids.uuid(), serviceId, type, days, app.clock.now()],
  });
}
