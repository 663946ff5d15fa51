import type { Clock } from '../../core/clock.ts';
import type { Ids } from '../../core/ids.ts';
import type { Queryable } from '../../db/database.ts';
import { sandboxIdentifier, type SmsProvider } from '../provider.ts';
import { insertSandboxMessage } from '../sandbox-message-repository.ts';
import { sandboxOutcome } from '../sandbox-outcome.ts';

/** A text message provider that keeps what it is given, for laptops and CI. */
export function createSandboxSmsProvider({ db, clock, ids }: { db: Queryable; clock: Clock; ids: Ids }): SmsProvider {
  return {
    identifier: sandboxIdentifier,
    async send({ notificationId, to, sender, content }) {
      const id = ids.uuid();
      await insertSandboxMessage(db, {
        id,
        notificationId,
        type: 'sms',
        to,
        from: sender,
        replyTo: null,
        subject: null,
        content,
        html: null,
        reference: notificationId,
        sentAt: clock.now(),
      });
      return { reference: null, verdict: sandboxOutcome('sms', to) };
    },
  };
}
