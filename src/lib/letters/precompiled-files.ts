import type { ObjectPlace, ObjectStore, StorageArea } from '../storage/object-store.ts';
import { scanPlace, type LetterName } from './letter-file.ts';

/** The files of a letter that came as a PDF, on their way from the scan area to where it is printed from. */

/** After a failed scan, by what the scanner said. */
export type ScanFolder = 'ERROR' | 'FAILURE';

export function scanFolderPlace(name: LetterName, folder: ScanFolder): ObjectPlace {
  const { area, key } = scanPlace(name);
  return { area, key: `${folder}/${key}` };
}

/** The PDF to print, until it is where letters are printed from; named as it was scanned. */
export function sanitisedPlace(name: LetterName): ObjectPlace {
  return { area: 'letters-sanitise', key: scanPlace(name).key };
}

/** The PDF as it was sent, kept for `letters recreate`. */
export function originalPlace(notificationId: string): ObjectPlace {
  return { area: 'letters-originals-backup', key: `${notificationId}.pdf` };
}

/**
 * The file of a letter in an area without folders: by its reference, since the postage in its name may have changed
 * (letters sheet §6). Null when there is none.
 */
export async function findByReference(
  storage: ObjectStore,
  area: StorageArea,
  reference: string,
): Promise<ObjectPlace | null> {
  for await (const { key } of storage.list(area, `NOTIFY.${reference}.`.toUpperCase())) return { area, key };
  return null;
}

/** Copies, then deletes. False when there is no such file. */
export async function moveFile(
  storage: ObjectStore,
  from: ObjectPlace,
  to: ObjectPlace,
  metadata?: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (!(await storage.copy(from, to, metadata))) return false;
  await storage.delete(from.area, from.key);
  return true;
}
