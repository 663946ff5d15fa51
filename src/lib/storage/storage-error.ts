import { AppError, isAppError, messageOf } from '../core/errors.ts';

/** The code for what a store could not do; the place is named, the object is not: its key may be somebody's. */
export function toStorageError(error: unknown, place: string): AppError {
  if (isAppError(error)) return error;
  return new AppError('STORAGE_UNAVAILABLE', `The stored files in ${place} cannot be used: ${messageOf(error)}`, {
    hint: '`notify doctor` checks the storage.',
    cause: error,
  });
}
