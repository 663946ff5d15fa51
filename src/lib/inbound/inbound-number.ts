import { AppError } from '../core/errors.ts';

/** A number that texts can be sent to. */
export interface InboundNumber {
  readonly id: string;
  readonly number: string;
  readonly provider: string;
  /** Null = nobody's yet. */
  readonly serviceId: string | null;
}

/** A number as operators see it. */
export interface InboundNumberDetails extends InboundNumber {
  readonly serviceName: string | null;
  readonly active: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** @throws AppError USAGE_INVALID for what is no number of a phone as it is stored: digits, without the 44 */
export function assertInboundNumber(number: string): void {
  if (/^\d{3,11}$/.test(number)) return;
  throw new AppError('USAGE_INVALID', `'${number}' cannot be an inbound number: expected 3 to 11 digits`);
}
