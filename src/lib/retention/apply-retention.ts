import { isAppError } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import { templateTypes } from '../templates/template.ts';
import { runRetention, type RetentionDeps } from './run-retention.ts';

/** The nightly run (delivery sheet §10, 03:00 UTC), of everything. Another process that does the same is left to it. */
export async function applyRetention(
  deps: RetentionDeps & { readonly logger: Pick<Logger, 'info' | 'warn' | 'error'> },
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  let retained;
  try {
    retained = await runRetention(deps, { serviceId: null, types: templateTypes }, { signal });
  } catch (error) {
    if (!isAppError(error, 'LOCKED')) throw error;
    deps.logger.info('Another process moves old messages to the history now');
    return;
  }
  const sum = (of: 'movedToHistory' | 'deleted' | 'lettersKept'): number =>
    retained.reduce((total, service) => total + service[of], 0);
  const [moved, deleted, lettersKept] = [sum('movedToHistory'), sum('deleted'), sum('lettersKept')];
  deps.logger.info({ moved, deleted, services: retained.length }, 'Moved old messages to the history');
  if (lettersKept > 0) {
    deps.logger.warn(
      { count: lettersKept },
      'Letters are kept for longer than their retention: they are not printed yet',
    );
  }
}
