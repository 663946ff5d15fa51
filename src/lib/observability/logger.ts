import { pino, destination, stdSerializers, stdTimeFunctions, type Logger as PinoLogger } from 'pino';
import { messageOf } from '../core/errors.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  level: string;
  /** Where lines go: file descriptor 2, since standard output belongs to results. */
  stream?: { write(line: string): void };
  format: 'json' | 'text';
}

/** Fields that may hold personal data or secrets. */
const redactedFields = [
  'to',
  'recipient',
  'normalisedTo',
  'normalised_to',
  'phoneNumber',
  'phone_number',
  'emailAddress',
  'email_address',
  'personalisation',
  'content',
  'authorization',
  'secret',
  'password',
  'url',
  'token',
  'bearerToken',
  'bearer_token',
];

/** They are looked for in what is logged, in objects and lists in it, and in objects in those. */
const redactedPaths = redactedFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** The logger of the process: JSON or text lines on standard error, personal data and secrets redacted. */
export function createLogger({ level, stream = destination({ dest: 2, sync: false }), format }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, msg: serializeMessage },
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    format === 'text' ? { write: (line: string) => stream.write(toText(line)) } : stream,
  );
}

/** Errors without what drivers attach to them (queries with values, connection settings). */
function serializeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown == null ? thrown : { message: withoutRecipients(messageOf(thrown)) };
  const { type, message, stack } = stdSerializers.err(thrown);
  const { code } = thrown as { code?: unknown };
  return {
    type,
    message: withoutRecipients(message || messageOf(thrown)),
    ...(code !== undefined && { code }),
    stack: withoutRecipients(stack),
  };
}

const emailAddress = /[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]+/g;
// A digit that belongs to an id or a path is no phone number.
const phoneNumber = /(?<![\w./-])\+?\d{10,15}(?![\w/-])/g;

function serializeMessage(message: unknown): unknown {
  return typeof message === 'string' ? withoutRecipients(message) : message;
}

/** Providers repeat the recipient in what they say of a message. */
function withoutRecipients(text: string): string {
  return text.replace(emailAddress, '[redacted]').replace(phoneNumber, '[redacted]');
}

/** One line, whatever it holds: line ends and terminal commands are escaped. */
function toText(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const problem = (err as { message?: string } | null | undefined)?.message;
  const message = [msg, problem === msg ? undefined : problem].filter((text) => typeof text === 'string').join(': ');
  const words = [String(time), String(level).toUpperCase().padEnd(5), message, ...fields];
  return `${words.join(' ').replace(/\p{Cc}/gu, escapeControl)}\n`;
}

function escapeControl(character: string): string {
  return character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
