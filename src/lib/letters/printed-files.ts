import { AppError } from '../core/errors.ts';
import type { ObjectPlace, ObjectStore } from '../storage/object-store.ts';
import type { LetterFiles, TemplatedLetter } from './templated-letter.ts';

/** Files that are printed with letters from templates; each is stored under an id of its own, and never changes. */

export interface ServiceFile {
  readonly serviceId: string;
  readonly id: string;
}

/** The PDF that a template has attached (letters sheet §5). */
export function attachmentPlace({ serviceId, id }: ServiceFile): ObjectPlace {
  return { area: 'letter-attachments', key: `service-${serviceId}/${id}.pdf` };
}

/** The picture at the top of a service's letters. */
export function logoPlace({ serviceId, id }: ServiceFile): ObjectPlace {
  return { area: 'letter-logos', key: `service-${serviceId}/${id}.png` };
}

/** @throws AppError LETTER_NOT_MADE when one is not there; STORAGE_UNAVAILABLE */
export async function readPrintedFiles(
  storage: ObjectStore,
  { serviceId, parts }: Pick<TemplatedLetter, 'serviceId' | 'parts'>,
): Promise<LetterFiles> {
  const read = async (place: (file: ServiceFile) => ObjectPlace, id: string | null): Promise<Uint8Array | null> => {
    if (id === null) return null;
    const { area, key } = place({ serviceId, id });
    const file = await storage.read(area, key);
    if (file === null) throw new AppError('LETTER_NOT_MADE', `A letter could not be made: ${area}/${key} is missing`);
    return file;
  };
  return { logo: await read(logoPlace, parts.logoId), attachment: await read(attachmentPlace, parts.attachmentId) };
}
