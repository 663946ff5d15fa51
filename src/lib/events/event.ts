import type { JsonObject } from '../core/json.ts';

/** Something that somebody did, as the front end tells it: a login, a change (admin API sheet §4.13). */
export interface AuditEvent {
  readonly id: string;
  readonly eventType: string;
  readonly data: JsonObject;
  readonly createdAt: Date;
}
