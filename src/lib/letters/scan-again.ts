import type { VirusScanner } from '../antivirus/virus-scanner.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { findLiveSubjects } from '../queue/find-jobs.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { findByReference } from './precompiled-files.ts';
import { sanitiseLetterTaskName } from './sanitise-letter.ts';
import { scanJob, scanLetterTaskName } from './scan-job.ts';
import { listWaitingForScan, type UnscannedLetter } from './scan-repository.ts';

interface ScanAgainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly storage: ObjectStore;
  readonly virusScanner: VirusScanner | null;
  readonly logger: Logger;
}

const minuteMs = 60_000;
/** Younger ones are on their way, older ones are an operator's (letters sheet §15). */
const ages = { youngestMs: 10 * minuteMs, oldestMs: 3 * 24 * 60 * minuteMs };
const usualPageSize = 500;

/**
 * Queues letters again that wait for their virus check although no job is about them, if their file is there. Returns how
 * many. Those without a file are left to the alert about letters that still wait.
 */
export async function scanLettersAgain(deps: ScanAgainDeps, { pageSize = usualPageSize } = {}): Promise<number> {
  const now = deps.clock.now().getTime();
  const span = { after: new Date(now - ages.oldestMs), before: new Date(now - ages.youngestMs) };
  let afterId: string | null = null;
  let queued = 0;
  for (;;) {
    const letters: UnscannedLetter[] = await listWaitingForScan(deps.db, { ...span, afterId, limit: pageSize });
    queued += await queueAgain(deps, letters);
    if (letters.length < pageSize) break;
    afterId = letters.at(-1)!.id;
  }
  if (queued > 0)
    deps.logger.warn({ queued }, 'Letters waited for their virus check without a job: they have one again');
  return queued;
}

async function queueAgain(deps: ScanAgainDeps, letters: readonly UnscannedLetter[]): Promise<number> {
  const subjects = letters.map(({ id }) => id);
  const live = await findLiveSubjects(deps, { tasks: [scanLetterTaskName, sanitiseLetterTaskName], subjects });
  let queued = 0;
  for (const letter of letters) {
    if (live.has(letter.id)) continue;
    if ((await findByReference(deps.storage, 'letters-scan', letter.reference)) === null) continue;
    const job = scanJob(letter, { isScanned: deps.virusScanner !== null, requestId: null });
    await deps.db.transaction((tx) => deps.queue.enqueue(tx, [job], { leaveLive: true }));
    queued += 1;
  }
  return queued;
}
