import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** What makes two files the same to a reader of the jobs list. */
export interface SentFile {
  readonly serviceId: string;
  readonly templateId: string;
  readonly templateVersion: number;
  /** As it is kept with an upload. */
  readonly fileName: string;
}

/** Whether a job that was not cancelled was made of such a file since then. */
export async function wasFileSentSince(db: Queryable, file: SentFile, since: Date): Promise<boolean> {
  const { rowCount } = await db.query(SQL`SELECT 1 FROM jobs
    WHERE template_id = ${file.templateId} AND created_at >= ${since} AND service_id = ${file.serviceId}
      AND template_version = ${file.templateVersion} AND original_file_name = ${file.fileName}
      AND job_status <> 'cancelled' LIMIT 1`);
  return rowCount === 1;
}
