import type { Queryable } from '../db/database.ts';
import { comparableRecipient } from '../recipients/recipient-comparison.ts';
import { listSandboxMessages, type SandboxMessage } from './sandbox-message-repository.ts';

export interface OutboxQuery {
  /** A recipient in any spelling; null = everybody. */
  readonly to?: string | null;
  readonly since?: Date | null;
  readonly notificationId?: string | null;
  /** The newest so many. */
  readonly limit?: number;
}

/** What the sandbox providers were given, oldest first. */
export async function readSandboxOutbox({ db }: { db: Queryable }, query: OutboxQuery): Promise<SandboxMessage[]> {
  const { to = null, since = null, notificationId = null, limit = 1000 } = query;
  return listSandboxMessages(db, {
    to: to === null ? null : [to.trim(), comparableRecipient(to)],
    since,
    notificationId,
    limit,
  });
}
