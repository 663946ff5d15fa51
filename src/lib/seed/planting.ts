import { AppError, isAppError, type ErrorCode } from '../core/errors.ts';

/** What became of one entry; `gone` = it was archived or revoked since, and stays so. */
export type Outcome = 'created' | 'changed' | 'unchanged' | 'gone';

/** What a seed did. */
export interface Planting {
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly warnings: readonly string[];
}

export interface PlantingLog {
  readonly planting: Planting;
  /** Counts what becomes of an entry; what cannot be made becomes an error that names file and place. */
  note(entry: { readonly path: string }, work: () => Promise<Outcome>): Promise<Outcome>;
}

/** What only the file can be blamed for; a lost database, for one, is none of these. */
const faultsOfTheFile: ReadonlySet<ErrorCode> = new Set([
  'USAGE_INVALID',
  'VALIDATION_FAILED',
  'REQUEST_INVALID',
  'REFUSED',
  'CONFLICT',
  'NOT_FOUND',
]);

export function createPlantingLog(file: string): PlantingLog {
  const counts: Record<Outcome, number> = { created: 0, changed: 0, unchanged: 0, gone: 0 };
  const warnings: string[] = [];
  return {
    planting: { counts, warnings },
    async note({ path }, work) {
      try {
        const outcome = await work();
        counts[outcome] += 1;
        if (outcome === 'gone') warnings.push(`${file}: ${path} was archived or revoked since and stays so`);
        return outcome;
      } catch (error) {
        if (!isAppError(error) || !faultsOfTheFile.has(error.code)) throw error;
        throw new AppError('CONFIG_INVALID', `${file}: ${path}: ${error.message.replaceAll('\n', '; ')}`, {
          hint: error.hint ?? 'docs/seed.md describes the file.',
          details: { file, path },
          cause: error,
        });
      }
    },
  };
}
