import type { AcceptedMessage } from './accepted-message.ts';
import type { NotificationWriter } from './notification-writer.ts';

/**
 * Stores a notification together with its job: when this resolves, both are durable, and when it throws, neither exists
 * (delivery sheet §1.2).
 *
 * @throws AppError SERVICE_UNAVAILABLE when too many wait to be stored; DATABASE_UNAVAILABLE
 */
export async function persistNotification(
  { writer }: { readonly writer: NotificationWriter },
  message: AcceptedMessage,
): Promise<void> {
  await writer.store(message);
}
