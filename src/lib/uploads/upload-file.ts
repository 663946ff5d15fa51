import type { Readable } from 'node:stream';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import {
  deleteStoredCsv,
  keptFileName,
  openStoredCsv,
  readCount,
  readTextMetadata,
  readVerdict,
  replaceTextMetadata,
  storedCsvSource,
  storeNamedCsv,
  type NamedCsv,
  type StoredCsv,
} from './stored-csv.ts';

/** What is kept with the file of a job (jobs sheet §1); null for what is not there. */
export interface UploadMetadata {
  /** In ASCII, 1600 characters at most. */
  readonly originalFileName: string | null;
  /** Data rows. */
  readonly notificationCount: number | null;
  /** As written: whoever stored the file may have put anything here. */
  readonly templateId: string | null;
  /** True when the check passed; false for every spelling but `True`. */
  readonly valid: boolean | null;
  /** Sender of texts or reply-to address of emails, as written; never for letters. */
  readonly senderId: string | null;
}

/** What is written once the check has passed. */
export interface CheckedUpload {
  readonly originalFileName: string;
  readonly notificationCount: number;
  readonly templateId: string;
  readonly senderId: string | null;
}

const area = 'csv-uploads';

/** Null when there is no such file, also for ids that are no UUIDs. @throws AppError STORAGE_UNAVAILABLE */
export async function readUploadMetadata(storage: ObjectStore, upload: StoredCsv): Promise<UploadMetadata | null> {
  const found = await readTextMetadata(storage, area, upload);
  if (found === null) return null;
  return {
    originalFileName: found['original_file_name'] ?? null,
    notificationCount: readCount(found['notification_count']),
    templateId: found['template_id'] ?? null,
    valid: readVerdict(found['valid']),
    senderId: found['sender_id'] ?? null,
  };
}

/** The file as a stream, or null when there is none. @throws AppError STORAGE_UNAVAILABLE */
export function openUpload(storage: ObjectStore, upload: StoredCsv): Promise<Readable | null> {
  return openStoredCsv(storage, area, upload);
}

/** The file for the reader of rows, which throws AppError NOT_FOUND when there is none. */
export function uploadSource(storage: ObjectStore, upload: StoredCsv): CsvSource {
  return storedCsvSource(storage, area, upload);
}

/**
 * Stores a file of recipients, which is CSV already, with the name that it had.
 *
 * @throws RangeError for ids that are no UUIDs; AppError STORAGE_UNAVAILABLE; what `content` throws
 */
export function storeUpload(storage: ObjectStore, upload: StoredCsv & NamedCsv): Promise<void> {
  return storeNamedCsv(storage, area, upload, upload);
}

/** Replaces all metadata by those of a file that can be sent. False when there is no such file. */
export function setUploadMetadata(
  storage: ObjectStore,
  upload: StoredCsv,
  { originalFileName, notificationCount, templateId, senderId }: CheckedUpload,
): Promise<boolean> {
  return replaceTextMetadata(storage, area, upload, {
    original_file_name: keptFileName(originalFileName),
    notification_count: String(notificationCount),
    template_id: templateId,
    valid: 'True',
    ...(senderId !== null && { sender_id: senderId }),
  });
}

/** Deleting what is not there is no error. */
export function deleteUpload(storage: ObjectStore, upload: StoredCsv): Promise<void> {
  return deleteStoredCsv(storage, area, upload);
}
