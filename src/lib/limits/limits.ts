import type { KeyType } from '../api-keys/api-key.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { Service } from '../services/service.ts';
import type { CountedType, DailyCount } from './daily-count.ts';

export interface LimitCheck {
  readonly service: Service;
  readonly keyType: KeyType;
}

/**
 * What a service may send in a minute and in a day (public API sheet §6). A check never fails because Redis does: it is
 * then made with what this process knows.
 */
export interface Limits {
  /**
   * Takes one token of the service's bucket for this key type, then checks the daily limit of the type. Comes before the
   * request is validated, so a request that is refused later costs a token, too.
   *
   * @throws AppError TOO_MANY_REQUESTS, LIMIT_EXCEEDED, both with `details.retryAfterSeconds`
   */
  assertWithinLimits(check: LimitCheck & { readonly notificationType: NotificationType }): Promise<void>;
  /**
   * Checks one daily limit and takes no token: of texts to numbers abroad, after they are validated.
   *
   * @throws AppError LIMIT_EXCEEDED with `details.retryAfterSeconds`
   */
  assertWithinDailyLimit(check: LimitCheck & { readonly counted: CountedType }): Promise<void>;
  /** Takes note of messages stored, after the commit, with the totals that its counter rows hold (`countMessages`). */
  stored(counts: readonly DailyCount[]): void;
  /** Takes note of messages given back, after the commit, with the totals that are left (`giveBackMessages`). */
  givenBack(counts: readonly DailyCount[]): void;
  close(): Promise<void>;
}
