import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { londonDate } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { moveArchivedByReceipt, moveByReceipts, type MovedByReceipt } from '../notifications/move-notification.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { saveDespatch } from './letter-despatch-repository.ts';
import { readPrintCallbackToken } from './print-callback-token.ts';
import { readPrintStatus, type PrintStatus } from './print-status.ts';

export interface PrintStatusDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly cache: ServiceCache;
  readonly secretBox: SecretBox;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'receipts'>;
}

/**
 * The letter that a token is of.
 *
 * @throws AppError AUTH_INVALID for one that we did not make
 */
export function requirePrintToken(deps: Pick<PrintStatusDeps, 'secretBox'>, token: string): string {
  const notificationId = readPrintCallbackToken(deps, token);
  if (notificationId !== null) return notificationId;
  throw new AppError('AUTH_INVALID', 'A valid token must be provided in the query string');
}

/**
 * Records what the print provider says became of a letter (delivery sheet §6.3): `delivered` when it is in the post,
 * `technical-failure` when it was not printed. Only a letter in `sending` moves, or one in `created` whose request is just
 * being answered. When it was posted is noted anyhow. Services are not told.
 *
 * @throws AppError VALIDATION_FAILED for a body of another form, or of another letter than the token's
 */
export async function receivePrintStatus(
  deps: PrintStatusDeps,
  { notificationId, body }: { notificationId: string; body: unknown },
): Promise<void> {
  const { db, logger, metrics } = deps;
  const status = readPrintStatus(body);
  if (parseUuid(status.jobId) !== notificationId)
    throw new AppError('VALIDATION_FAILED', 'Notification ID in letter callback data does not match ID in token');
  const moved = await db.transaction((tx) => applyStatus(deps, tx, { notificationId, status }));
  metrics.receipts.inc({ outcome: moved.outcome });
  if (moved.outcome === 'unknown') logger.warn({ notificationId }, 'The printer says what became of no letter of ours');
  else if (moved.outcome === 'duplicate')
    logger.info({ notificationId, status: moved.status }, 'What the printer says of a letter changes nothing');
  const { despatch } = status;
  if (despatch === null) logger.error({ notificationId }, 'The printer rejected a letter');
  else if (moved.billableUnits !== null && moved.billableUnits !== despatch.sheets)
    logger.warn(
      `Notification with id ${notificationId} has ${moved.billableUnits} billable_units but DVLA says page count is ${despatch.sheets}`,
    );
}

interface Moved {
  readonly outcome: MovedByReceipt['outcome'];
  /** Null where the letter is not there, or only in the history. */
  readonly status: string | null;
  readonly billableUnits: number | null;
}

async function applyStatus(
  deps: PrintStatusDeps,
  tx: Parameters<typeof moveByReceipts>[1],
  { notificationId, status: { despatch, transitionAt } }: { notificationId: string; status: PrintStatus },
): Promise<Moved> {
  const move = {
    notificationId,
    type: 'letter',
    provider: 'dvla',
    status: despatch === null ? 'technical-failure' : 'delivered',
  } as const;
  const [result] = await moveByReceipts(deps, tx, [move]);
  const letter = result!.outcome === 'recorded' || result!.outcome === 'duplicate' ? result!.notification : null;
  // A letter of the history has ended: that is all there is to find out.
  const outcome = letter === null ? await moveArchivedByReceipt(deps, tx, move) : result!.outcome;
  if (outcome !== 'unknown' && despatch !== null) {
    const { costThreshold } = despatch;
    await saveDespatch(tx, { notificationId, despatchedOn: londonDate(transitionAt), costThreshold });
  }
  return { outcome, status: letter?.status ?? null, billableUnits: letter?.billableUnits ?? null };
}
