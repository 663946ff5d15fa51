import type { Ids } from '../core/ids.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { TemplateUsageHashes } from './template-usage-hashes.ts';
import { countTemplateUsage, readUsageSnapshot, type UsageSnapshot } from './template-usage-repository.ts';
import type { TemplateUsage } from './template-usage.ts';

export interface CountedDay {
  readonly snapshot: UsageSnapshot;
  /** By service; a service without messages is not in it. */
  readonly usage: ReadonlyMap<string, TemplateUsage>;
}

export interface RebuildDeps {
  readonly db: Database;
  readonly ids: Ids;
  readonly hashes: TemplateUsageHashes;
}

/** What a rebuild of one service's day came to. */
export type DayRebuild =
  | { readonly serviceId: string; readonly usage: TemplateUsage }
  | { readonly serviceId: string; readonly error: unknown };

/** Counts a day of one service, or in one pass of all. */
export async function countUsageDay(
  { db }: { db: Database },
  about: { serviceId: string | null; day: CalendarDate },
): Promise<CountedDay> {
  return db.transaction(async (tx) => {
    const snapshot = await readUsageSnapshot(tx);
    return { snapshot, usage: await countTemplateUsage(tx, about) };
  });
}

/**
 * Puts the counts of the tables in the place of what Redis holds of a day, for these services. Messages that are stored
 * meanwhile are counted exactly once (data sheet §3.4). With `templates`, those get a 0 that were not used, so that a
 * day without messages is held, too; without, such a day is removed.
 *
 * A service whose rebuild fails does not keep the others from theirs: its error is in the result.
 */
export async function rebuildUsageDay(
  { db, ids, hashes }: RebuildDeps,
  {
    serviceIds,
    day,
    templates = [],
  }: { serviceIds: readonly string[]; day: CalendarDate; templates?: readonly string[] },
): Promise<DayRebuild[]> {
  const token = ids.uuid();
  const failures = new Map<string, unknown>();
  const attempt = async (serviceId: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => failures.set(serviceId, error));
  };
  const locked = (): string[] => serviceIds.filter((id) => !failures.has(id));

  await eachOf(serviceIds, (serviceId) => attempt(serviceId, () => hashes.beginRebuild({ serviceId, day }, token)));
  let counted: CountedDay;
  try {
    const [only] = serviceIds;
    counted = await countUsageDay({ db }, { serviceId: serviceIds.length === 1 ? only! : null, day });
  } catch (error) {
    await eachOf(locked(), (serviceId) => hashes.giveUp({ serviceId, day }, token).catch(() => undefined));
    throw error;
  }
  const usageOf = (serviceId: string): TemplateUsage => {
    const usage = counted.usage.get(serviceId) ?? new Map<string, number>();
    return templates.length === 0 ? usage : new Map([...templates.map((id) => [id, 0] as const), ...usage]);
  };
  await eachOf(locked(), (serviceId) =>
    attempt(serviceId, () =>
      hashes.replace({ serviceId, day }, usageOf(serviceId), { token, snapshot: counted.snapshot }),
    ),
  );
  return serviceIds.map((serviceId) =>
    failures.has(serviceId)
      ? { serviceId, error: failures.get(serviceId) }
      : { serviceId, usage: counted.usage.get(serviceId) ?? new Map<string, number>() },
  );
}

const atOnce = 100;

/** Commands of the same turn go out together; too many at once would pile up. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) {
    await Promise.all(items.slice(start, start + atOnce).map(work));
  }
}
