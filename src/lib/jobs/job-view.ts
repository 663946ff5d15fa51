import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import type { StatusCount } from './job-statistics.ts';
import type { Job } from './job.ts';

/** A job as the internal API and commands show it (jobs sheet §2). */
export interface JobView {
  readonly id: string;
  readonly original_file_name: string;
  readonly service: string;
  readonly service_name: { readonly name: string };
  readonly template: string;
  readonly template_name: string;
  readonly template_type: string;
  readonly template_version: number;
  readonly notification_count: number;
  readonly job_status: string;
  readonly scheduled_for: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly created_by: { readonly id: string; readonly name: string };
  readonly processing_started: string | null;
  readonly processing_finished: string | null;
  readonly archived: boolean;
  readonly contact_list_id: string | null;
  readonly statistics: readonly StatusCount[];
}

export function toJobView(job: Job, statistics: readonly StatusCount[] = []): JobView {
  return {
    id: job.id,
    original_file_name: job.originalFileName,
    service: job.serviceId,
    service_name: { name: job.serviceName },
    template: job.templateId,
    template_name: job.templateName,
    template_type: job.templateType,
    template_version: job.templateVersion,
    notification_count: job.notificationCount,
    job_status: job.status,
    scheduled_for: toApiDateTimeOrNull(job.scheduledFor),
    created_at: toApiDateTime(job.createdAt),
    updated_at: toApiDateTimeOrNull(job.updatedAt),
    created_by: job.createdBy,
    processing_started: toApiDateTimeOrNull(job.processingStarted),
    processing_finished: toApiDateTimeOrNull(job.processingFinished),
    archived: job.archived,
    contact_list_id: job.contactListId,
    statistics,
  };
}
