import { AppError } from '../core/errors.ts';

/** A word that is none of those which a field may hold (broadcasts sheet §3). */
export function notAllowed(text: string, field: string, choices: readonly string[]): AppError {
  const list = choices.map((choice) => `'${choice}'`).join(', ');
  return new AppError('VALIDATION_FAILED', `'${text}' is not an allowed ${field}. Must be in [${list}]`);
}
