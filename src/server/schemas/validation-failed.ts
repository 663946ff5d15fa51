import { AppError } from '../../lib/core/errors.ts';

/** The refusal of a request with one message per problem, each once (public API sheet §3). */
export function validationFailed(problems: readonly string[]): AppError {
  const messages = [...new Set(problems)];
  return new AppError('VALIDATION_FAILED', messages.join('; '), { details: { messages } });
}
