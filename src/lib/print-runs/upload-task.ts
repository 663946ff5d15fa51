import { AppError, isAppError, messageOf } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { defineTask, TaskPostponed, type Task } from '../queue/task.ts';
import { uploadTaskName } from './upload-job.ts';
import type { UploadZipDeps } from './upload-zip.ts';
import { uploadZips } from './upload-zips.ts';

export interface UploadTaskDeps extends UploadZipDeps {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

/** A job ends, and goes on as a new one, after this long: shorter than a queue lets a job run. */
const patienceMs = 5 * 60_000;
const lockedSeconds = 30;

/**
 * The queue's view of `uploadZips`. Used-up retries leave zips open and their letters claimed (letters sheet §19): nothing
 * is sent twice, and an operator is told.
 */
export function uploadLetterZipsTask(deps: UploadTaskDeps): Task {
  return defineTask({
    name: uploadTaskName,
    async run(_args, { signal }) {
      const { failures, open } = await uploadAll(deps, signal);
      if (open > failures.length) throw new TaskPostponed(0);
      if (failures.length === 0) return;
      const [first] = failures;
      throw new AppError(
        'LETTERS_NOT_UPLOADED',
        `${failures.length} zips of letters cannot be made: ${first!.message}`,
      );
    },
    async onExhausted(_tx, _args, { error }) {
      raiseAlert(deps, {
        alert: 'letters-not-uploaded',
        message: `Zips of letters are not uploaded, and retries are used up: ${messageOf(error)}`,
        command: 'notify letters upload',
        details: { destination: deps.printDestination.place },
      });
    },
  });
}

async function uploadAll(deps: UploadTaskDeps, signal: AbortSignal): Promise<Awaited<ReturnType<typeof uploadZips>>> {
  try {
    return await uploadZips(deps, { signal, patienceMs });
  } catch (error) {
    throw isAppError(error, 'LOCKED') ? new TaskPostponed(lockedSeconds) : error;
  }
}
