import type { Clock } from '../../core/clock.ts';
import type { Ids } from '../../core/ids.ts';
import type { Queryable } from '../../db/database.ts';
import { sandboxIdentifier, type EmailProvider } from '../provider.ts';
import { insertSandboxMessage } from '../sandbox-message-repository.ts';
import { sandboxOutcome } from '../sandbox-outcome.ts';

/** An email provider that keeps what it is given, for laptops and CI. */
export function createSandboxEmailProvider({
  db,
  clock,
  ids,
}: {
  db: Queryable;
  clock: Clock;
  ids: Ids;
}): EmailProvider {
  return {
    identifier: sandboxIdentifier,
    async send({ notificationId, to, from, replyTo, subject, text, html }) {
      const id = ids.uuid();
      const reference = `sandbox-${notificationId}`;
      await insertSandboxMessage(db, {
        id,
        notificationId,
        type: 'email',
        to,
        from: `"${from.name}" <${from.address}>`,
        replyTo,
        subject,
        content: text,
        html,
        reference,
        sentAt: clock.now(),
      });
      return { reference, verdict: sandboxOutcome('email', to) };
    },
  };
}
