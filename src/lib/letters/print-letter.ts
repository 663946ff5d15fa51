import type { ObjectStore } from '../storage/object-store.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import type { LetterForm, LetterPdf } from './pdf/letter-source.ts';
import { readPrintedFiles } from './printed-files.ts';
import { letterSource, type TemplatedLetter } from './templated-letter.ts';

/** Makes the PDF of a letter from a template, with all that belongs to it. @throws AppError LETTER_NOT_MADE, STORAGE_UNAVAILABLE */
export async function printLetter(
  { storage, letterPrinter }: { storage: ObjectStore; letterPrinter: LetterPrinter },
  letter: TemplatedLetter,
  form: LetterForm,
): Promise<LetterPdf> {
  return letterPrinter.print(letterSource(letter, await readPrintedFiles(storage, letter), form));
}
