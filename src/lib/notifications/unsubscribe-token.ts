import type { Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';

/**
 * The token of an unsubscribe link: the address that the email went to and the time, sealed. So a link tells nobody
 * whose it is, and it works as long as its key is configured, also for emails that are only left in the history.
 */

const context = 'unsubscribe link';
const validForMs = 365 * 24 * 60 * 60 * 1000;

interface TokenDeps {
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}

export function createUnsubscribeToken({ secretBox, clock }: TokenDeps, emailAddress: string): string {
  return secretBox.seal(JSON.stringify([clock.now().getTime(), emailAddress]), context);
}

/** The address of a token that we made in the last 365 days, otherwise null (public API sheet §10). */
export function readUnsubscribeToken({ secretBox, clock }: TokenDeps, token: string): string | null {
  try {
    const [madeAt, emailAddress] = JSON.parse(secretBox.open(token, context)) as [number, string];
    return clock.now().getTime() - madeAt > validForMs ? null : emailAddress;
  } catch (error) {
    if (isAppError(error, 'SECRET_UNREADABLE')) return null;
    throw error;
  }
}
