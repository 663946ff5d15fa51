import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';
import { collationOrder } from './letter-zip.ts';
import { deadlineOf, lastDeadline } from './print-deadline.ts';
import { completePrintRun, findIncompleteRun, insertPrintRun, type PrintRun } from './print-run-repository.ts';

export interface PrintRunOptions {
  /** Without it, the day whose deadline passed last. */
  readonly printDate?: CalendarDate | undefined;
  /** Only these; all without. */
  readonly postages?: readonly Postage[] | undefined;
  /** Claims nothing. */
  readonly dryRun?: boolean;
  /** Goes on with a run that was interrupted, with its deadline and postages. */
  readonly resume?: boolean;
}

/**
 * The run that `options` ask for, noted unless they only want to know: a new one, which has what an interrupted run left, or
 * with `resume` the interrupted run itself, null when there is none. Under the lock of print runs.
 *
 * @param input.assertMayBegin throws when no new run may begin
 * @throws AppError REFUSED for a deadline that lies ahead; what `assertMayBegin` throws
 */
export async function openPrintRun(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  options: PrintRunOptions,
  { assertMayBegin }: { readonly assertMayBegin?: (interrupted: PrintRun | null) => Promise<void> } = {},
): Promise<PrintRun | null> {
  const now = clock.now();
  const interrupted = await findIncompleteRun(db);
  if (options.resume === true) return interrupted;
  const { printDate, deadline } =
    options.printDate === undefined ? lastDeadline(now) : deadlineOf(options.printDate, now);
  const postages = options.postages ?? collationOrder;
  const run = { id: ids.uuid(), printDate, deadline, postages, createdAt: now };
  if (options.dryRun === true) return run;
  await assertMayBegin?.(interrupted);
  if (interrupted !== null) await completePrintRun(db, interrupted.id, now);
  await insertPrintRun(db, run);
  return run;
}
