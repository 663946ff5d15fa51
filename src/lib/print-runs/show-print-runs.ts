import type { Clock } from '../core/clock.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { countOpenZips, listZips, type ZipSummary } from './letter-zip-repository.ts';
import type { ZipState } from './letter-zip.ts';
import { lastDeadline } from './print-deadline.ts';
import { findIncompleteRun, type PrintRun } from './print-run-repository.ts';
import { countQueuedLetters } from './print-request-repository.ts';
import { countUnqueuedLetters, type PostageCount } from './printable-letter-repository.ts';

/** How things stand with the print provider. */
export interface PrintStatus {
  /** The day whose letters a collation would take now, with those of earlier days. */
  readonly printDate: CalendarDate;
  readonly waiting: readonly PostageCount[];
  /** Letters that came since: for the run of the day after `printDate`. */
  readonly waitingLater: number;
  /** Letters that were queued for the provider's API, and that it does not have yet. */
  readonly queuedForApi: number;
  readonly openZips: number;
  /** A run that goes on, or was interrupted. */
  readonly incompleteRun: PrintRun | null;
  readonly zips: readonly ZipSummary[];
}

/** Letters that wait, and zips since a print date with all open ones. */
export async function showPrintStatus(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { since, state, limit }: { since?: CalendarDate | undefined; state?: ZipState | undefined; limit: number },
): Promise<PrintStatus> {
  const now = clock.now();
  const { printDate, deadline } = lastDeadline(now);
  const waiting = await countUnqueuedLetters(db, deadline);
  const later = sumLetters(await countUnqueuedLetters(db, now)) - sumLetters(waiting);
  return {
    printDate,
    waiting,
    // Some of the first may have left in between.
    waitingLater: Math.max(later, 0),
    queuedForApi: await countQueuedLetters(db),
    openZips: await countOpenZips(db),
    incompleteRun: await findIncompleteRun(db),
    zips: await listZips(db, { since: since ?? printDate, state: state ?? null, limit }),
  };
}

function sumLetters(waiting: PrintStatus['waiting']): number {
  return waiting.reduce((sum, { letters }) => sum + letters, 0);
}
