import { toApiDateTime } from '../core/clock.ts';
import type { ContactList } from './contact-list.ts';

/** A contact list as the internal API and commands show it (jobs sheet §4). */
export interface ContactListView {
  readonly id: string;
  readonly original_file_name: string;
  readonly row_count: number;
  readonly recent_job_count: number;
  readonly has_jobs: boolean;
  readonly template_type: string;
  readonly service_id: string;
  /** The name of a user. */
  readonly created_by: string;
  readonly created_at: string;
}

export function toContactListView(list: ContactList): ContactListView {
  return {
    id: list.id,
    original_file_name: list.originalFileName,
    row_count: list.rowCount,
    recent_job_count: list.recentJobCount,
    has_jobs: list.hasJobs,
    template_type: list.templateType,
    service_id: list.serviceId,
    created_by: list.createdByName,
    created_at: toApiDateTime(list.createdAt),
  };
}
