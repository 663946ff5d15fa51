import { createLogger, type Logger } from '../../src/lib/observability/logger.ts';

/** A line of the log, as it would be written. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

export interface LogCapture {
  readonly logger: Logger;
  /** The lines so far, of one level when given. */
  lines(level?: string): LogLine[];
}

/** The product's own logger, redaction included, writing into memory. */
export function createLogCapture(level = 'info'): LogCapture {
  const lines: LogLine[] = [];
  const logger = createLogger({
    level,
    format: 'json',
    stream: { write: (line) => void lines.push(JSON.parse(line) as LogLine) },
  });
  return { logger, lines: (wanted) => lines.filter((line) => wanted === undefined || line.level === wanted) };
}
