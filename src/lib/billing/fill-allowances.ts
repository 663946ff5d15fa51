import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { insertAllowances, listMissingAllowances } from './allowance-repository.ts';
import { assertBillingYear, firstAllowance, type Allowance } from './allowance.ts';

interface FillDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface FillOptions {
  readonly year: number;
  /** Only count. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each portion with how many allowances there are to be given so far. */
  readonly onProgress?: (done: number) => void;
  /** For tests. */
  readonly batchSize?: number;
}

/** Allowances that services were given, by how they came about. */
export interface FilledAllowances {
  readonly byDefault: number;
  /** Kept from the year before, where they were set by hand. */
  readonly custom: number;
  /** None, for services that used too much the year before. */
  readonly highVolume: number;
}

const batchSize = 500;

/**
 * Gives the allowance of a year to all active services that have none, and to others that sent messages in it (data sheet
 * §5.2): a portion in each statement. May run again at any time.
 *
 * @throws AppError VALIDATION_FAILED for a year without rates or one that has not begun
 */
export async function fillAllowances({ db, clock, ids }: FillDeps, options: FillOptions): Promise<FilledAllowances> {
  const { year, dryRun = false, signal, onProgress } = options;
  const limit = options.batchSize ?? batchSize;
  assertBillingYear(year, clock.now());
  let filled: FilledAllowances = { byDefault: 0, custom: 0, highVolume: 0 };
  let after: string | null = null;
  for (let done = 0; ; onProgress?.(done)) {
    signal?.throwIfAborted();
    const missing = await listMissingAllowances(db, { year, serviceId: null, after, limit });
    const given = missing.map((basis) => ({ id: ids.uuid(), ...firstAllowance(basis, year) }));
    if (!dryRun && given.length > 0) await insertAllowances(db, given, clock.now());
    filled = addUp(filled, given);
    done += given.length;
    if (given.length < limit) return filled;
    after = given.at(-1)!.serviceId;
  }
}

function addUp(filled: FilledAllowances, given: readonly Allowance[]): FilledAllowances {
  const custom = given.filter(({ isCustom }) => isCustom).length;
  const highVolume = given.filter(({ isHighVolume }) => isHighVolume).length;
  return {
    byDefault: filled.byDefault + given.length - custom - highVolume,
    custom: filled.custom + custom,
    highVolume: filled.highVolume + highVolume,
  };
}
