import type { StatusCount } from '../jobs/job-statistics.ts';
import type { UploadWithStatistics } from './list-uploads.ts';

/** An upload as the internal API shows it (jobs sheet §5). */
export interface UploadView {
  readonly id: string | null;
  readonly original_file_name: string;
  readonly notification_count: number;
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  readonly created_at: string;
  readonly upload_type: string;
  readonly template_type: string;
  readonly recipient: null;
  readonly statistics: readonly StatusCount[];
}

export function toUploadView(upload: UploadWithStatistics): UploadView {
  return {
    id: upload.id,
    original_file_name: upload.originalFileName,
    notification_count: upload.notificationCount,
    created_at: upload.shownAt.toISOString().slice(0, 19).replace('T', ' '),
    upload_type: upload.uploadType,
    template_type: upload.templateType,
    recipient: null,
    statistics: upload.statistics,
  };
}
