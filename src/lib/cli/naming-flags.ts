import { AppError, isAppError } from '../core/errors.ts';

/**
 * Runs a use case, which knows no command line: where it refuses a field, the flag is named in its place, so that
 * `year is 1999` becomes `--year is 1999`.
 *
 * @param flags the flag of each field, with its dashes
 * @throws AppError VALIDATION_FAILED naming the flag; else what `work` throws
 */
export async function namingFlags<Value>(
  flags: Readonly<Record<string, string>>,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'VALIDATION_FAILED') throw error;
    const field = Object.keys(flags).find((name) => error.message.startsWith(`${name} is `));
    if (field === undefined) throw error;
    const { code, message, hint, details } = error;
    throw new AppError(code, `${flags[field]!}${message.slice(field.length)}`, {
      cause: error,
      ...(hint !== undefined && { hint }),
      ...(details !== undefined && { details }),
    });
  }
}
