import { basename } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { utcDate, type CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Config } from '../config/schema.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { acknowledgeZips, listUnacknowledged } from './letter-watch-repository.ts';
import { lastDeadline } from './print-deadline.ts';
import type { WatchDeps } from './watch-letters.ts';

const ackSuffix = /\.ack\.txt$/i;
const dayMs = 86_400_000;

/** Whether the name is that of an acknowledgement. */
export function isAcknowledgementName(name: string): boolean {
  return ackSuffix.test(name);
}

export interface Acknowledgement {
  readonly printDate: CalendarDate;
  /** Zips that are acknowledged now, or were before. */
  readonly acknowledged: readonly string[];
  /** Files that name no zip of ours. */
  readonly unknown: readonly string[];
  /** Zips of the print date that were sent and not acknowledged. */
  readonly missing: readonly string[];
}

/**
 * Notes which zips the provider acknowledged: the file `X.ACK.txt` is that of `X.ZIP`, whatever the case (letters sheet
 * §11). Zips are looked for by their print date, not by their folder, so that none is forgotten.
 */
export async function acknowledge(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { files, printDate = lastDeadline(clock.now()).printDate }: { files: readonly string[]; printDate?: CalendarDate },
): Promise<Acknowledgement> {
  const names = files.map((file) => `${basename(file).replace(ackSuffix, '')}.ZIP`);
  const acknowledged = names.length === 0 ? [] : await acknowledgeZips(db, names, clock.now());
  const known = new Set(acknowledged.map((name) => name.toUpperCase()));
  return {
    printDate,
    acknowledged,
    unknown: files.filter((_, index) => !known.has(names[index]!.toUpperCase())),
    missing: await listUnacknowledged(db, printDate),
  };
}

/**
 * Reads the acknowledgements of the last day from the storage, where they are kept there, and tells operators of zips
 * without one. Nobody is told where nothing of the provider's is read.
 */
export async function watchAcknowledgements(
  deps: WatchDeps & { readonly storage: ObjectStore; readonly config: Pick<Config, 'printResponses'> },
): Promise<void> {
  const { printResponses } = deps.config;
  if (printResponses === 'off') return;
  const files = printResponses === 'storage' ? await listStored(deps) : [];
  const { printDate, missing, unknown } = await acknowledge(deps, { files });
  if (unknown.length > 0) deps.logger.info({ unknown: unknown.length }, 'Acknowledgements name no zip of ours');
  if (missing.length === 0) return;
  raiseAlert(deps, {
    alert: 'letters-not-acknowledged',
    message: `Letter ack file does not contain all zip files sent. Missing ack for zip files: ['${missing.join("', '")}']`,
    command: `notify letters ack --print-date ${printDate}`,
    details: { printDate, missing: missing.length, day: utcDate(deps.clock.now()) },
  });
}

async function listStored({
  clock,
  storage,
}: {
  readonly clock: Clock;
  readonly storage: ObjectStore;
}): Promise<string[]> {
  const since = clock.now().getTime() - dayMs;
  const files: string[] = [];
  for await (const { key, modifiedAt } of storage.list('print-responses'))
    if (isAcknowledgementName(key) && modifiedAt.getTime() >= since) files.push(key);
  return files;
}
