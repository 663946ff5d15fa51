import type { Clock } from '../core/clock.ts';
import type { ObjectStore, StorageArea } from '../storage/object-store.ts';

const dayMs = 24 * 60 * 60_000;
/** How long what was sent is kept; uploads that were never sent go, too (letters sheet §5). */
const keptDays: readonly (readonly [area: StorageArea, days: number])[] = [
  ['letters-originals-backup', 7],
  ['letters-transient', 7],
  ['letters-sanitise', 7],
];

/** Deletes old originals of letters that came as PDFs. Returns how many. */
export async function deleteOldOriginals({ storage, clock }: { storage: ObjectStore; clock: Clock }): Promise<number> {
  let deleted = 0;
  for (const [area, days] of keptDays) {
    const oldest = clock.now().getTime() - days * dayMs;
    for await (const { key, modifiedAt } of storage.list(area)) {
      if (modifiedAt.getTime() >= oldest) continue;
      await storage.delete(area, key);
      deleted += 1;
    }
  }
  return deleted;
}
