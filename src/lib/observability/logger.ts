import { pino, destination, stdSerializers, stdTimeFunctions, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

export interface LoggerOptions {
  level: string;
  /** Where lines go: file descriptor 2, since standard output belongs to results. */
  stream?: { write(line: string): void };
  format: 'json' | 'text';
}

/** Fields that may hold personal data or secrets, at any of the depths we log at. */
const redactedFields = [
  'to',
  'recipient',
  'phone_number',
  'email_address',
  'personalisation',
  'content',
  'authorization',
  'secret',
  'password',
  'url',
  'token',
];

/** The logger of the process: JSON or text lines on standard error, personal data and secrets redacted. */
export function createLogger({ level, stream = destination({ dest: 2, sync: false }), format }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
      redact: { paths: redactedFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    format === 'text' ? { write: (line: string) => stream.write(toText(line)) } : stream,
  );
}

/** Errors without what drivers attach to them (queries with values, connection settings). */
function serializeError(error: Error): object {
  const { type, message, stack } = stdSerializers.err(error);
  const code = (error as { code?: unknown }).code;
  return { type, message, ...(code !== undefined && { code }), stack };
}

function toText(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = err as { message?: string } | undefined;
  const words = [String(time), String(level).toUpperCase().padEnd(5), String(msg), ...fields];
  return `${words.join(' ')}${error?.message === undefined ? '' : `: ${error.message}`}\n`;
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
