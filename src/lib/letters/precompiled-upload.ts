import type { ObjectPlace, ObjectStore } from '../storage/object-store.ts';
import { originalPlace } from './precompiled-files.ts';
import { sanitisePdfOf, type SanitiseDeps } from './sanitise-letter.ts';
import type { SanitisedLetter } from './sanitise/sanitised-letter.ts';

export interface LetterUpload {
  readonly serviceId: string;
  /** Becomes the id of the letter when it is sent. */
  readonly fileId: string;
}

/** Where a PDF that was uploaded waits until it is sent (letters sheet §5). */
export function uploadPlace({ serviceId, fileId }: LetterUpload): ObjectPlace {
  return { area: 'letters-transient', key: `service-${serviceId}/${fileId}.pdf` };
}

/**
 * Checks a PDF that somebody uploads, and keeps the one to print of it, with the original, until it is sent. One that is
 * refused is not kept; the answer says why.
 *
 * @throws AppError NOT_FOUND for an unknown service; STORAGE_UNAVAILABLE; LETTER_NOT_MADE
 */
export async function uploadLetterPdf(
  deps: Pick<SanitiseDeps, 'db' | 'cache' | 'letterSanitiser' | 'pdfNormaliser' | 'logger'> & {
    readonly storage: ObjectStore;
  },
  upload: LetterUpload & { readonly pdf: Uint8Array },
): Promise<SanitisedLetter> {
  const { serviceId, fileId, pdf } = upload;
  const checked = await sanitisePdfOf(deps, { id: fileId, serviceId }, pdf);
  if (checked.file === null) return checked;
  const original = originalPlace(fileId);
  await deps.storage.put(original.area, original.key, pdf, { contentType: 'application/pdf' });
  const { area, key } = uploadPlace(upload);
  const metadata = { page_count: String(checked.pageCount) };
  await deps.storage.put(area, key, checked.file, { contentType: 'application/pdf', metadata });
  return checked;
}
