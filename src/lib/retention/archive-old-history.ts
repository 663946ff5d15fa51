import type { Config } from '../config/schema.ts';
import { isAppError } from '../core/errors.ts';
import { addDays, londonDate } from '../core/london-time.ts';
import type { Logger } from '../observability/logger.ts';
import { archiveHistory, type ArchiveDeps, type ArchiveResult } from './archive-history.ts';

/**
 * The nightly run (data sheet §6, 01:35 UTC): history that is older than configured; nothing when that is not set. Another
 * process that does the same is left to it.
 */
export async function archiveOldHistory(
  deps: ArchiveDeps & {
    readonly config: Pick<Config, 'archiveHistoryAfterDays'>;
    readonly logger: Pick<Logger, 'info' | 'warn'>;
  },
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { clock, config, logger } = deps;
  if (config.archiveHistoryAfterDays === null) return;
  const before = addDays(londonDate(clock.now()), -config.archiveHistoryAfterDays);
  let result: ArchiveResult;
  try {
    result = await archiveHistory(deps, { before, signal });
  } catch (error) {
    if (!isAppError(error, 'LOCKED')) throw error;
    logger.info('Another process archives history now');
    return;
  }
  const { archived, skipped } = result;
  const rows = archived.reduce((sum, { deleted }) => sum + deleted, 0);
  logger.info({ files: archived.length, rows }, 'Archived old history');
  const [oldest] = skipped;
  if (oldest === undefined) return;
  logger.warn(
    { days: skipped.length, ...oldest },
    'Old history is not archived as its days are not counted: `notify stats rebuild` and `notify billing rebuild` count them',
  );
}
