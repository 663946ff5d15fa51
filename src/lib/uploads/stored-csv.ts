import { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { downgradeToAscii } from '../recipients/ascii-downgrade.ts';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import type { ObjectPlace, ObjectStore, StorageArea } from '../storage/object-store.ts';

/** Where stored files of recipients are: those of jobs, and contact lists (jobs sheet §1). */

export type CsvArea = Extract<StorageArea, 'csv-uploads' | 'contact-lists'>;

/** A file of a service: an upload has the id of the job that it becomes, a contact list its own. */
export interface StoredCsv {
  readonly serviceId: string;
  readonly uploadId: string;
}

/** What is stored, under which name for people. */
export interface NamedCsv {
  readonly originalFileName: string;
  readonly content: AsyncIterable<string | Uint8Array>;
}

export type TextMetadata = Readonly<Record<string, string>>;

/** The key in both areas. */
export function uploadKey({ serviceId, uploadId }: StoredCsv): string {
  return `service-${serviceId}-notify/${uploadId}.csv`;
}

/** The place of a file; null where an id is no UUID, so that there can be none. */
function placeOf(area: CsvArea, { serviceId, uploadId }: StoredCsv): ObjectPlace | null {
  const ids = { serviceId: parseUuid(serviceId), uploadId: parseUuid(uploadId) };
  if (ids.serviceId === null || ids.uploadId === null) return null;
  return { area, key: uploadKey({ serviceId: ids.serviceId, uploadId: ids.uploadId }) };
}

/**
 * As `placeOf`, for files that are to be written.
 *
 * @throws RangeError where an id is no UUID
 */
export function requirePlace(area: CsvArea, file: StoredCsv): ObjectPlace {
  const place = placeOf(area, file);
  if (place === null) throw new RangeError(`'${uploadKey(file)}' is no key of an upload`);
  return place;
}

/** The metadata as it is stored; null when there is no such file. */
export async function readTextMetadata(
  storage: ObjectStore,
  area: CsvArea,
  file: StoredCsv,
): Promise<TextMetadata | null> {
  const place = placeOf(area, file);
  return place === null ? null : ((await storage.head(place.area, place.key))?.metadata ?? null);
}

/** The file as a stream, or null when there is none. */
export async function openStoredCsv(storage: ObjectStore, area: CsvArea, file: StoredCsv): Promise<Readable | null> {
  const place = placeOf(area, file);
  return place === null ? null : storage.open(place.area, place.key);
}

/**
 * Stores a file that is CSV already, with the name that it had.
 *
 * @throws RangeError for ids that are no UUIDs; AppError STORAGE_UNAVAILABLE; what `content` throws
 */
export async function storeNamedCsv(
  storage: ObjectStore,
  area: CsvArea,
  file: StoredCsv,
  { originalFileName, content }: NamedCsv,
): Promise<void> {
  const metadata = { original_file_name: keptFileName(originalFileName) };
  await putStoredCsv(storage, requirePlace(area, file), content, metadata);
}

/** Replaces all metadata of a file. False when there is no such file. */
export async function replaceTextMetadata(
  storage: ObjectStore,
  area: CsvArea,
  file: StoredCsv,
  metadata: TextMetadata,
): Promise<boolean> {
  const place = placeOf(area, file);
  return place === null ? false : storage.copy(place, place, metadata);
}

/** Deleting what is not there is no error. */
export async function deleteStoredCsv(storage: ObjectStore, area: CsvArea, file: StoredCsv): Promise<void> {
  const place = placeOf(area, file);
  if (place !== null) await storage.delete(place.area, place.key);
}

/** Stores a file that is CSV already. */
export async function putStoredCsv(
  storage: ObjectStore,
  place: ObjectPlace,
  content: AsyncIterable<string | Uint8Array>,
  metadata: TextMetadata,
): Promise<void> {
  const stream = Readable.from(content, { objectMode: false });
  await storage.put(place.area, place.key, stream, { metadata, contentType: 'text/csv; charset=utf-8' });
}

/** A stored file for the reader of rows, which throws AppError NOT_FOUND when the file is gone. */
export function storedCsvSource(storage: ObjectStore, area: CsvArea, file: StoredCsv): CsvSource {
  return {
    mostBytes: Infinity,
    async *open() {
      const stream = await openStoredCsv(storage, area, file);
      if (stream === null) throw new AppError('NOT_FOUND', `The file of '${file.uploadId}' is not in storage`);
      yield* stream as AsyncIterable<Uint8Array>;
    },
  };
}

/** Characters of a file name that metadata keeps. */
const longestFileName = 1600;

/** A file name as metadata keeps it: printable ASCII, `?` for what has no such form. */
export function keptFileName(fileName: string): string {
  return downgradeToAscii(fileName).slice(0, longestFileName);
}

/** A whole number as metadata spells it; null for anything else. */
export function readCount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Whether a check passed, `True`; null when nothing is said. */
export function readVerdict(text: string | undefined): boolean | null {
  return text === undefined ? null : text === 'True';
}
