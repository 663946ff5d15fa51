import { queueReturnedLetterCallback, type QueueCallbackDeps } from '../callbacks/queue-callback.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { londonDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { sourcesOf } from '../notifications/notification-status.ts';
import type { Logger } from '../observability/logger.ts';
import { findLettersByReference, moveLetters } from './response-repository.ts';
import { insertReturnedLetters, listReturnedLetters } from './returned-letter-repository.ts';

export interface ReturnedDeps extends QueueCallbackDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
}

export interface ReturnedReport {
  /** Letters that nobody had reported before. */
  readonly recorded: number;
  /** Letters that were reported before. */
  readonly already: number;
  /** References that no letter has. */
  readonly unknown: number;
}

const referencePattern = /^[0-9A-Z]{16}$/;
const batchSize = 5000;

/**
 * Notes letters that came back to the provider, moves them to `returned-letter` and tells their services (letters sheet §11).
 * The first report of a letter stays.
 *
 * @throws AppError VALIDATION_FAILED for a reference that is none; nothing is noted then
 */
export async function recordReturnedLetters(
  deps: ReturnedDeps,
  { references }: { references: readonly string[] },
): Promise<ReturnedReport> {
  const odd = references.find((reference) => !referencePattern.test(reference));
  if (odd !== undefined) throw new AppError('VALIDATION_FAILED', `references ${odd} does not match ^[0-9A-Z]{16}$`);
  const report = { recorded: 0, already: 0, unknown: 0 };
  const distinct = [...new Set(references)];
  for (let start = 0; start < distinct.length; start += batchSize)
    await recordBatch(deps, distinct.slice(start, start + batchSize), report);
  if (report.unknown > 0)
    deps.logger.info({ unknown: report.unknown }, 'References of returned letters are of no letter');
  return report;
}

async function recordBatch(
  deps: ReturnedDeps,
  references: readonly string[],
  report: { recorded: number; already: number; unknown: number },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const letters = await findLettersByReference(tx, references);
    const ids = letters.map(({ id }) => id);
    const to = 'returned-letter';
    await moveLetters(tx, ids, { to, onlyFrom: sourcesOf('letter', to), at });
    const recorded = await insertReturnedLetters(tx, ids, { reportedAt: londonDate(at), at });
    for (const letter of await listReturnedLetters(tx, recorded)) await queueReturnedLetterCallback(deps, tx, letter);
    report.recorded += recorded.length;
    report.already += ids.length - recorded.length;
    report.unknown += references.length - new Set(letters.map(({ reference }) => reference)).size;
  });
}

/** A list of the provider has `NOTIFY000` in front of each reference (letters sheet §11). */
export function withoutPrefix(reference: string): string {
  return reference.replace(/^NOTIFY000(?=[0-9A-Z]{16}$)/, '');
}
