import type { CallbackSubject } from './callback-job.ts';

/** What became of a callback: `retrying` = another attempt is to come. */
export const deliveryStates = ['delivered', 'retrying', 'failed'] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** Why a callback was not taken; a status says so itself. */
export type DeliveryProblem = 'status' | 'timeout' | 'connection' | 'certificate' | 'blocked' | 'circuit' | 'internal';

/** A line of the delivery log: a callback as its last attempt left it. It holds nothing of a person. */
export interface CallbackDelivery extends CallbackSubject {
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly httpStatus: number | null;
  readonly problem: DeliveryProblem | null;
}

/** Only these statuses are worth another attempt (delivery sheet §9). */
export function isRetriedStatus(status: number): boolean {
  return status === 429 || status >= 500;
}
