import { AppError, isAppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { showTemplate } from '../templates/show-template.ts';
import { deleteUpload, setUploadMetadata } from '../uploads/upload-file.ts';
import { createJob, type CreateJobDeps } from './create-job.ts';
import type { Job } from './job.ts';
import type { JobPlan } from './plan-job.ts';

/**
 * Stores the file of a plan with what its check found, and makes a job of it: now, or for later.
 *
 * @throws AppError REFUSED when the check found a problem, or when the template has changed since; what `createJob` throws
 */
export async function createPlannedJob(deps: CreateJobDeps & { readonly ids: Ids }, plan: JobPlan): Promise<Job> {
  const { service, template, file, check, senderId, scheduledFor, createdById } = plan;
  if (check.problem !== null || check.summary === null) {
    throw new AppError('REFUSED', `'${file.name}' cannot be sent: ${check.problem?.title ?? 'it cannot be read'}`);
  }
  const { version } = await showTemplate(deps, { templateId: template.id });
  if (version !== template.version) {
    throw new AppError('REFUSED', `Template '${template.name}' has been changed since the file was checked`, {
      hint: 'Run the command again.',
    });
  }
  const upload = { serviceId: service.id, uploadId: file.uploadId ?? deps.ids.uuid() };
  await file.store(upload);
  await setUploadMetadata(deps.storage, upload, {
    originalFileName: file.name,
    notificationCount: check.summary.rowCount,
    templateId: template.id,
    senderId,
  });
  const body = {
    id: upload.uploadId,
    created_by: createdById,
    scheduled_for: scheduledFor?.toISOString() ?? null,
    contact_list_id: file.contactListId,
  };
  try {
    return await createJob(deps, { serviceId: service.id, body });
  } catch (error) {
    // After any other failure there may be a job that needs its file.
    const isRefusal = isAppError(error) && error.kind.httpStatus < 500;
    if (isRefusal && file.uploadId === null) await deleteUpload(deps.storage, upload);
    throw error;
  }
}
