import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { Queryable } from '../db/database.ts';
import { insertEvent } from './event-repository.ts';
import type { AuditEvent } from './event.ts';

/** Keeps what somebody did (admin API sheet §4.13). */
export async function recordEvent(
  { db, clock, ids }: { db: Queryable; clock: Clock; ids: Ids },
  { eventType, data }: { eventType: string; data: JsonObject },
): Promise<AuditEvent> {
  const event = { id: ids.uuid(), eventType, data, createdAt: clock.now() };
  await insertEvent(db, event);
  return event;
}
