import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What wants an operator's attention; docs/operations.md lists them. */
export interface Alert {
  /** Its name, by which dashboards and log searches know it. */
  readonly alert: string;
  readonly message: string;
  /** The command to run next. */
  readonly command: string;
  /** Facts, without personal data. */
  readonly details?: Readonly<Record<string, string | number | null>>;
}

/** Tells operators that something is wrong, and which command to run: one error in the log, and a metric. */
export function raiseAlert(
  { logger, metrics }: { logger: Logger; metrics: Pick<Metrics, 'alerts'> },
  { alert, message, command, details = {} }: Alert,
): void {
  metrics.alerts.inc({ alert });
  logger.error({ alert, command, ...details }, message);
}
