import type { TemplateType } from '../templates/template.ts';

/** What becomes of a job (jobs sheet §2); the two last but one are read, never given. */
export const jobStatuses = [
  'pending',
  'in progress',
  'finished',
  'finished all notifications created',
  'sending limits exceeded',
  'scheduled',
  'cancelled',
  'ready to send',
  'sent to dvla',
  'error',
] as const;

export type JobStatus = (typeof jobStatuses)[number];

/** A file of recipients that is sent with one version of a template. */
export interface Job {
  /** The id of the upload that it was made of. */
  readonly id: string;
  readonly originalFileName: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly templateId: string;
  readonly templateVersion: number;
  /** Of the template as it is now. */
  readonly templateName: string;
  readonly templateType: TemplateType;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  /** Data rows of the file. */
  readonly notificationCount: number;
  readonly processingStarted: Date | null;
  /** When all rows were handed on; their notifications may still be missing. */
  readonly processingFinished: Date | null;
  readonly createdBy: { readonly id: string; readonly name: string };
  readonly scheduledFor: Date | null;
  readonly status: JobStatus;
  /** The file was removed by retention; the row stays. */
  readonly archived: boolean;
  readonly contactListId: string | null;
  /** Rows of the file that were handed on, from the first. */
  readonly rowsHandedOn: number;
}

/** Names of files that old one-off sends used: their jobs are in no list. */
export const hiddenFileNames: readonly string[] = ['Test message', 'Report'];
