import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { archivedKeyTypes, type ExpiredService } from './expired-notification.ts';
import { countExpired, countKeptLetters, listRetention, selectExpired } from './expired-notification-repository.ts';
import { retentionCutOff } from './retention-cut-off.ts';

/** What retention is to look at. */
export interface RetentionScope {
  /** Null: all services, archived ones too. */
  readonly serviceId: string | null;
  readonly types: readonly NotificationType[];
}

/** How many messages are to go. */
export interface PlannedRetention extends ExpiredService {
  readonly toHistory: number;
  /** Of test keys: they are deleted. */
  readonly toDelete: number;
  /** Letters that stay because they may still be printed. */
  readonly lettersKept: number;
}

const servicesAtOnce = 500;

/** Services with messages older than they keep them: type by type, those with a setting of their own first. */
export async function listExpiredServices(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { serviceId, types }: RetentionScope,
): Promise<ExpiredService[]> {
  const expired: ExpiredService[] = [];
  for (const type of types) {
    const kept = await listRetention(db, { type, serviceId });
    const cutOffs = new Map<number, Date>();
    const services = kept.map(({ serviceId: id, days }) => {
      const before = cutOffs.get(days) ?? retentionCutOff(days, clock.now());
      cutOffs.set(days, before);
      return { serviceId: id, type, days, before };
    });
    for (let start = 0; start < services.length; start += servicesAtOnce) {
      expired.push(...(await selectExpired(db, services.slice(start, start + servicesAtOnce))));
    }
  }
  return expired;
}

/** What a run of the retention would do. */
export async function planRetention(
  deps: { readonly db: Queryable; readonly clock: Clock },
  scope: RetentionScope,
): Promise<PlannedRetention[]> {
  const planned: PlannedRetention[] = [];
  for (const expired of await listExpiredServices(deps, scope)) {
    let toHistory = 0;
    for (const keyType of archivedKeyTypes) toHistory += await countExpired(deps.db, { ...expired, keyType });
    const toDelete = await countExpired(deps.db, { ...expired, keyType: 'test' });
    const lettersKept = expired.type === 'letter' ? await countKeptLetters(deps.db, expired) : 0;
    planned.push({ ...expired, toHistory, toDelete, lettersKept });
  }
  return planned;
}
