import { isAppError } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { TaskPostponed } from '../queue/task.ts';
import { beginPrintRun, type PrintRunDeps } from './begin-print-run.ts';
import { countOpenZips } from './letter-zip-repository.ts';
import { isCollationTime, lastDeadline } from './print-deadline.ts';
import { findIncompleteRun, hasPrintRun } from './print-run-repository.ts';
import { reportVolumes, type VolumeDeps } from './report-volumes.ts';
import { uploadJob } from './upload-job.ts';

export interface PrintScheduleDeps extends PrintRunDeps, VolumeDeps {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

const blockedSeconds = 300;

/**
 * What the schedule does at 16:50 and 17:50 UTC (letters sheet §9): at 17:50 in London the letters of the day are put into
 * zips, or queued for the provider's API. A run that was missed, since no scheduler ran, is made up for at the next look.
 * One that was interrupted is completed. While zips of an earlier run are open, they are uploaded first, and the run waits
 * for that; an API takes none, and has not to wait.
 */
export async function runPrintSchedule(deps: PrintScheduleDeps): Promise<void> {
  const { db, clock, queue } = deps;
  const now = clock.now();
  const interrupted = await findIncompleteRun(db);
  if (interrupted !== null) await beginPrintRun(deps, { resume: true }).catch(unlessElsewhere);
  const { printDate, deadline } = lastDeadline(now);
  if (!isCollationTime(now) && (await hasPrintRun(db, printDate))) return;
  const open = await countOpenZips(db);
  if (open > 0 && deps.printApi === null) {
    await db.transaction((tx) => queue.enqueue(tx, [uploadJob(printDate, 'begin')], { leaveLive: true }));
    raiseAlert(deps, {
      alert: 'letters-not-collated',
      message: `The letters of ${printDate} wait: ${open} zips of an earlier run are not uploaded`,
      command: 'notify letters upload',
      details: { printDate, open },
    });
    throw new TaskPostponed(blockedSeconds);
  }
  if (!(await hasPrintRun(db, printDate))) await reportVolumes(deps, { printDate, deadline });
  await beginPrintRun(deps).catch(unlessElsewhere);
}

/** Somebody else collates: that is as good. */
function unlessElsewhere(error: unknown): void {
  if (!isAppError(error, 'LOCKED')) throw error;
}
