import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import {
  findUnsubscribableEmail,
  hasOpenUnsubscribeRequest,
  insertUnsubscribeRequest,
  lockUnsubscribing,
} from './unsubscribe-request-repository.ts';
import { readUnsubscribeToken } from './unsubscribe-token.ts';

/**
 * Notes that the recipient of an email wants no more of them. Doing it again changes nothing, unless the service has
 * processed the request meanwhile: then there is a new one (public API sheet §10).
 *
 * @throws AppError NOT_FOUND for a token that we did not make for this email's recipient or that is too old, and for an
 *   unknown email, with the sheet's messages
 */
export async function unsubscribeRecipient(
  deps: { db: Database; secretBox: SecretBox; clock: Clock; ids: Ids },
  { notificationId, token }: { notificationId: string; token: string },
): Promise<void> {
  const { db, clock, ids } = deps;
  const emailAddress = readUnsubscribeToken(deps, token);
  if (emailAddress === null) throw invalidLink();
  const email = await findUnsubscribableEmail(db, notificationId);
  if (email === null) throw new AppError('NOT_FOUND', 'This unsubscribe link is invalid or expired.');
  if (email.to !== null && email.to !== emailAddress) throw invalidLink();
  await db.transaction(async (tx) => {
    await lockUnsubscribing(tx, notificationId);
    if (await hasOpenUnsubscribeRequest(tx, notificationId)) return;
    await insertUnsubscribeRequest(tx, { ...email, id: ids.uuid(), emailAddress, createdAt: clock.now() });
  });
}

function invalidLink(): AppError {
  return new AppError('NOT_FOUND', 'This is not a valid unsubscribe link.');
}
