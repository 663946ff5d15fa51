import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { isAcknowledgementName } from './acknowledge-zips.ts';
import type { PrintDestination, ProviderFile } from './print-destination.ts';
import { findKnownFiles, noteNewFiles, noteSeenFiles, type KnownFile } from './provider-file-repository.ts';
import { isResponseName } from './response-file.ts';

const batchSize = 500;
const dayMs = 86_400_000;

/**
 * The files of a folder of the provider that are to be read, by name: responses and acknowledgements that were not, or that
 * changed since. With `settled`, only those that were the same at an earlier look: the provider may still be writing others.
 */
export async function findNewFiles(
  {
    db,
    clock,
    printDestination,
  }: { readonly db: Database; readonly clock: Clock; readonly printDestination: PrintDestination },
  { folder, settled }: { readonly folder: string; readonly settled: boolean },
): Promise<ProviderFile[]> {
  const unread: ProviderFile[] = [];
  let batch: ProviderFile[] = [];
  const look = async (): Promise<void> => {
    unread.push(...(await lookAt({ db, clock }, { folder, settled, files: batch })));
    batch = [];
  };
  for await (const file of printDestination.list(folder)) {
    if (!isResponseName(file.name) && !isAcknowledgementName(file.name)) continue;
    batch.push(file);
    if (batch.length === batchSize) await look();
  }
  if (batch.length > 0) await look();
  return unread.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function lookAt(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { folder, settled, files }: { folder: string; settled: boolean; files: readonly ProviderFile[] },
): Promise<ProviderFile[]> {
  const at = clock.now();
  const known = await findKnownFiles(db, { folder, names: files.map(({ name }) => name) });
  const changed = files.filter((file) => !isSame(file, known.get(file.name)));
  if (changed.length > 0) await noteNewFiles(db, changed, at);
  // Once a day is enough to know that they are still there.
  const stale = [...known.values()].filter(({ seenAt }) => at.getTime() - seenAt.getTime() > dayMs);
  if (stale.length > 0) await noteSeenFiles(db, { folder, names: stale.map(({ name }) => name) }, at);
  return files.filter((file) => {
    const before = known.get(file.name);
    return isSame(file, before) ? before!.readAt === null : !settled;
  });
}

function isSame(file: ProviderFile, known: KnownFile | undefined): boolean {
  return known?.bytes === file.bytes && known.modifiedAt.getTime() === file.modifiedAt.getTime();
}
