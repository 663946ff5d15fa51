import { fieldError, isAppError, type ErrorCode } from '../../../lib/core/errors.ts';

/** The other words that some refusals of use cases have in the internal API. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The field under which the message stands. */
  readonly field: string;
  /** In place of the use case's. */
  readonly message?: string;
  /** The code of the answer, where another status is documented. */
  readonly as?: ErrorCode;
}

/** Runs a use case, and puts its refusals under the fields that they are about. */
export async function withFields<Result>(refusals: readonly Refusal[], work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusals.find(({ code }) => isAppError(error, code));
    if (refusal === undefined || !isAppError(error) || error.details?.['fields'] !== undefined) throw error;
    const { code, field, message = error.message, as = code } = refusal;
    throw fieldError(as, { [field]: [message] }, error);
  }
}
