import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Notification } from './notification.ts';
import { createUnsubscribeToken } from './unsubscribe-token.ts';

export interface UnsubscribeUrlDeps {
  readonly secretBox: SecretBox;
  readonly clock: Clock;
}

type Email = Pick<Notification, 'id' | 'to' | 'unsubscribeLink'>;

/** A link that unsubscribes the recipient of one email; `baseUrl` is a scheme and host. */
export function createUnsubscribeUrl(deps: UnsubscribeUrlDeps, { id, to }: Email, baseUrl: string): string {
  return `${baseUrl}/unsubscribe/${id}/${createUnsubscribeToken(deps, to)}`;
}

/**
 * The link that mail programs post to: the caller's own, else ours when the template has an unsubscribe link, else null
 * (templating sheet §5.5).
 */
export function oneClickUnsubscribeUrl(
  deps: UnsubscribeUrlDeps,
  email: Email,
  { templateHasUnsubscribeLink, baseUrl }: { templateHasUnsubscribeLink: boolean; baseUrl: string },
): string | null {
  return email.unsubscribeLink ?? (templateHasUnsubscribeLink ? createUnsubscribeUrl(deps, email, baseUrl) : null);
}
