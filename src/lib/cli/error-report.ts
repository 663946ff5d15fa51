import { isAppError, messageOf, type ErrorCode } from '../core/errors.ts';

/** An error as a command shows it. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly exitCode: number;
}

/** Translates anything that was thrown; never a stack. */
export function toErrorReport(error: unknown): ErrorReport {
  if (isAppError(error)) {
    const { code, message, hint = null, details = null, kind } = error;
    return { code, message, hint, details, exitCode: kind.exitCode };
  }
  const message = messageOf(error);
  if (isUsageError(error)) {
    return {
      code: 'USAGE_INVALID',
      message: withoutHelpPointer(message),
      hint: 'See --help.',
      details: null,
      exitCode: 2,
    };
  }
  return {
    code: 'INTERNAL',
    message: `Unexpected: ${message}`,
    hint: 'This is a bug; please report it.',
    details: null,
    exitCode: 1,
  };
}

/** What the flag parser throws. */
function isUsageError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'oclif' in error;
}

function withoutHelpPointer(message: string): string {
  return message.replace(/\n?See more help with --help\n?/, '').trim();
}
