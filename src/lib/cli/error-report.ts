import { isAppError, messageOf, type ErrorCode } from '../core/errors.ts';
import { describeUsageError, isUsageError, withoutParserWords, type ArgChoices } from './usage-error.ts';

/** An error as a command shows it. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly exitCode: number;
}

/**
 * Translates anything that was thrown; never a stack.
 *
 * @param command the command line up to its flags, such as `notify services create`, for the pointer to its help
 * @param args its arguments
 */
export function toErrorReport(error: unknown, command = 'notify', args: ArgChoices = {}): ErrorReport {
  const help = `See \`${command} --help\`.`;
  if (isAppError(error)) {
    const { code, hint = null, details = null, kind } = error;
    const isUsage = code === 'USAGE_INVALID';
    return {
      code,
      message: withoutParserWords(error.message),
      hint: hint ?? (isUsage ? help : null),
      details,
      exitCode: kind.exitCode,
    };
  }
  if (isUsageError(error)) {
    const { message, suggestion } = describeUsageError(error, args);
    const hint = suggestion === null ? help : `Did you mean ${suggestion}? ${help}`;
    return { code: 'USAGE_INVALID', message, hint, details: null, exitCode: 2 };
  }
  return {
    code: 'INTERNAL',
    message: `Unexpected: ${messageOf(error)}`,
    hint: 'This is a bug; please report it.',
    details: null,
    exitCode: 1,
  };
}

/** The document that `--json` prints for an error. */
export function toErrorDocument(report: ErrorReport, warnings: readonly string[] = []): object {
  const { code, message, hint, details } = report;
  return { status: 'error', error: { code, message, hint, details }, warnings };
}

/** What people read on standard error. */
export function toErrorText({ message, hint }: ErrorReport): string {
  return `Error: ${message}\n${hint === null ? '' : `${hint}\n`}`;
}
