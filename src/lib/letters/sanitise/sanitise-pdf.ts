import { openPdf } from '../pdf/open-pdf.ts';
import { checkLetterAddress } from './check-address.ts';
import { checkPages } from './check-pages.ts';
import { readCleanDocument, saveClean } from './clean-document.ts';
import { rewriteLetter } from './rewrite-letter.ts';
import { LetterRefused, type SanitisedLetter, type SanitiseOptions } from './sanitised-letter.ts';

const largeBytes = 2 * 1024 * 1024;
const largeGrowth = 1.5;

/**
 * Checks a PDF that was sent as a letter and makes the one to print of it (letters sheet §8); never throws for what is
 * in the file. Hostile files may take any time and memory: `LetterSanitiser` does it on a thread with limits.
 */
export async function sanitisePdf(pdf: Uint8Array, options: SanitiseOptions): Promise<SanitisedLetter> {
  let pageCount: number | null = null;
  const refused = (refusal: Pick<LetterRefused, 'problem' | 'invalidPages' | 'recipientAddress'>): SanitisedLetter => ({
    pageCount,
    message: refusal.problem,
    invalidPages: refusal.invalidPages,
    recipientAddress: refusal.recipientAddress,
    file: null,
    remarks: [],
  });
  if (pdf.length === 0) return refused(new LetterRefused('no-encoded-string'));
  try {
    return await sanitise(pdf, options, (count) => void (pageCount = count));
  } catch (error) {
    if (error instanceof LetterRefused) return refused(error);
    pageCount = null;
    return { ...refused(new LetterRefused('unable-to-read-the-file')), remarks: [reasonOf(error)] };
  }
}

async function sanitise(
  pdf: Uint8Array,
  options: SanitiseOptions,
  onPageCount: (count: number) => void,
): Promise<SanitisedLetter> {
  const { document, pageCount, endMark } = await readCleanDocument(pdf, onPageCount);
  const clean = await saveClean(document);
  const { addressText, hasTag } = await withPages(clean, (pages) => checkPages(pages, { ...options, endMark }));
  if (options.isAttachment) return result(pdf, { pageCount, recipientAddress: null, file: clean, isPicture: false });

  const checked = checkLetterAddress(addressText, options);
  if (checked.problem !== null)
    throw new LetterRefused(checked.problem, { invalidPages: [1], recipientAddress: addressText || null });
  const rewritten = await rewriteLetter(document, { address: checked.address.lines, hasTag });
  return result(pdf, { pageCount, recipientAddress: checked.address.normalised, ...rewritten });
}

function result(
  pdf: Uint8Array,
  {
    file,
    isPicture,
    ...facts
  }: Pick<SanitisedLetter, 'pageCount' | 'recipientAddress'> & { file: Uint8Array; isPicture: boolean },
): SanitisedLetter {
  const remarks = [
    ...(isPicture ? ['its first page became a picture'] : []),
    ...(file.length > largeBytes && file.length > pdf.length ? [`it grew beyond 2 MiB, to ${file.length} bytes`] : []),
    ...(file.length > pdf.length * largeGrowth ? [`it grew from ${pdf.length} to ${file.length} bytes`] : []),
  ];
  return { ...facts, message: null, invalidPages: null, file, remarks };
}

async function withPages<Result>(
  pdf: Uint8Array,
  look: (document: Awaited<ReturnType<typeof openPdf>['promise']>) => Promise<Result>,
): Promise<Result> {
  const loading = openPdf(pdf, { strict: true });
  try {
    return await look(await loading.promise);
  } finally {
    await loading.destroy();
  }
}

/** Messages of the libraries may quote the file. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
