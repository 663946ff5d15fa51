import { parseJson, type JsonValue } from '../core/json.ts';
import { AppError, messageOf } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { eachLetterWithReference, type NamedLetter } from './named-letter-repository.ts';

/** Names of letters' files. */
export interface FileList {
  /** What the list is called. */
  readonly file: string;
  readonly names: readonly string[];
}

/** Why a name led to no letter. */
export interface UnknownName {
  readonly file: string;
  /** Its number in the list, from 1. */
  readonly line: number;
  readonly name: string;
  readonly problem: string;
}

/**
 * The names in a list of letters' files: a JSON array, as the records of uploaded zips are, or a name on each line
 * (letters sheet §16). Empty lines count as lines, and have no name.
 *
 * @throws AppError VALIDATION_FAILED for what begins like JSON and is no array of texts
 */
export function readFileNames(text: string): string[] {
  if (!text.trimStart().startsWith('[')) return text.split('\n').map((line) => line.trim());
  const names = parseNames(text);
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new AppError('VALIDATION_FAILED', 'The list begins like JSON: expected an array of names of files');
}

function parseNames(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AppError('VALIDATION_FAILED', `The list begins like JSON and is none (${messageOf(error)})`);
  }
}

/** The print reference in the name of a letter's file, with or without its folder; null for another name. */
export function referenceOf(name: string): string | null {
  const [prefix, reference, ...rest] = name
    .slice(name.lastIndexOf('/') + 1)
    .toUpperCase()
    .split('.');
  return prefix === 'NOTIFY' && rest.at(-1) === 'PDF' && /^[A-Z0-9]+$/.test(reference!) ? reference! : null;
}

/**
 * Finds the letters that files are of, ordered by service, job and time; `onLetters` gets them page by page. Says which
 * names are of none.
 *
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function findLettersOfFiles(
  { db }: { db: Database },
  { lists, onLetters }: { lists: readonly FileList[]; onLetters: (letters: readonly NamedLetter[]) => Promise<void> },
): Promise<{ found: number; unknown: UnknownName[] }> {
  const names = lists.flatMap(({ file, names: own }) =>
    own.map((name, index) => ({ file, line: index + 1, name, reference: referenceOf(name) })),
  );
  const wanted = new Set(names.map(({ reference }) => reference).filter((reference) => reference !== null));
  const known = new Set<string>();
  let found = 0;
  await db.transaction((tx) =>
    eachLetterWithReference(tx, [...wanted], async (letters) => {
      found += letters.length;
      for (const { reference } of letters) known.add(reference);
      await onLetters(letters);
    }),
  );
  const unknown = names.flatMap(({ file, line, name, reference }) => {
    if (name === '' || (reference !== null && known.has(reference))) return [];
    const problem =
      reference === null ? "it is no name of a letter's file" : `no letter has the reference ${reference}`;
    return [{ file, line, name, problem }];
  });
  return { found, unknown };
}
