import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database, Queryable } from '../db/database.ts';
import { assertNotArchived, requireService } from '../services/show-service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { LetterLogo } from './letter-logo.ts';
import { deleteLetterLogo, findLetterLogo, saveLetterLogo } from './letter-logo-repository.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import { logoPlace } from './printed-files.ts';

/**
 * Has a PNG or JPEG printed at the top of a service's letters from now on, in place of the one that it has. The old file
 * stays: a letter that is being made may need it. `dpi` says how sharp it is on paper.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service; VALIDATION_FAILED for another file; STORAGE_UNAVAILABLE
 */
export async function setLetterLogo(
  deps: { db: Database; clock: Clock; ids: Ids; storage: ObjectStore; letterPrinter: LetterPrinter },
  { serviceId, file, filename }: { serviceId: string; file: Uint8Array; filename: string },
): Promise<{ logo: LetterLogo; dpi: number }> {
  assertNotArchived(await requireService(deps, serviceId));
  const picture = await deps.letterPrinter.logo(file);
  if (picture === null)
    throw new AppError('VALIDATION_FAILED', `letter_logo: '${filename}' is no picture: expected a PNG or JPEG file`);
  const logo: LetterLogo = { id: deps.ids.uuid(), serviceId, originalFilename: filename, createdAt: deps.clock.now() };
  const { area, key } = logoPlace(logo);
  await deps.storage.put(area, key, picture.png, { contentType: 'image/png' });
  await saveLetterLogo(deps.db, logo);
  return { logo, dpi: picture.dpi };
}

/** Prints none from now on. False when there was none. @throws AppError NOT_FOUND; REFUSED for an archived service */
export async function removeLetterLogo(
  { db }: { db: Database },
  { serviceId }: { serviceId: string },
): Promise<boolean> {
  assertNotArchived(await requireService({ db }, serviceId));
  return deleteLetterLogo(db, serviceId);
}

/** Null when nothing is printed at the top of the service's letters. */
export async function showLetterLogo({ db }: { db: Queryable }, serviceId: string): Promise<LetterLogo | null> {
  return findLetterLogo(db, serviceId);
}
