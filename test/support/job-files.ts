/** Jobs for tests: a stored file with its metadata, and the job that is made of it. */
import type { App } from '../../src/lib/app.ts';
import { createJob } from '../../src/lib/jobs/create-job.ts';
import { findJob } from '../../src/lib/jobs/job-repository.ts';
import type { Job } from '../../src/lib/jobs/job.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { setUploadMetadata, storeUpload } from '../../src/lib/uploads/upload-file.ts';
import { systemUserId } from '../../src/lib/users/user.ts';

type Deps = Pick<App, 'db' | 'clock' | 'ids' | 'queue' | 'storage'>;

export interface UploadInput {
  readonly template: Pick<Template, 'id' | 'serviceId'>;
  readonly content: string;
  /** What the metadata say; the lines after the first when not given. */
  readonly notificationCount?: number;
  readonly senderId?: string | null;
  readonly originalFileName?: string;
}

/** Stores a file as a passed check leaves it; returns its id. */
export async function anUpload({ storage, ids }: Pick<Deps, 'storage' | 'ids'>, input: UploadInput): Promise<string> {
  const { template, content, senderId = null, originalFileName = 'people.csv' } = input;
  const upload = { serviceId: template.serviceId, uploadId: ids.secret() };
  await storeUpload(storage, { ...upload, originalFileName, content: oneChunk(content) });
  const notificationCount = input.notificationCount ?? content.trimEnd().split('\n').length - 1;
  await setUploadMetadata(storage, upload, { originalFileName, notificationCount, templateId: template.id, senderId });
  return upload.uploadId;
}

/** A job of a file, as the internal API makes it. */
export async function aFileJob(deps: Deps, input: UploadInput & { readonly scheduledFor?: string }): Promise<Job> {
  const id = await anUpload(deps, input);
  const body = { id, created_by: systemUserId, scheduled_for: input.scheduledFor ?? null };
  return createJob(deps, { serviceId: input.template.serviceId, body });
}

/** The job as it is now. */
export async function readJob({ db }: Pick<App, 'db'>, id: string): Promise<Job> {
  return (await findJob(db, id))!;
}

/** Text message rows with a number and a name of their own each. */
export function smsRows(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => `07${String(900_000_000 + row)},Person ${row}`);
  return `phone number,name\n${rows.join('\n')}\n`;
}

async function* oneChunk(content: string): AsyncGenerator<string> {
  yield content;
}
