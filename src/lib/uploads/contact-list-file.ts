import type { Readable } from 'node:stream';
import type { CsvSource } from '../recipients/csv/csv-source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { isUnicodeWhitespace } from '../templates/whitespace.ts';
import {
  deleteStoredCsv,
  keptFileName,
  openStoredCsv,
  putStoredCsv,
  readCount,
  readTextMetadata,
  readVerdict,
  replaceTextMetadata,
  requirePlace,
  storedCsvSource,
  storeNamedCsv,
  type NamedCsv,
  type StoredCsv,
} from './stored-csv.ts';

/** What is kept with the file of a contact list (jobs sheet §1); null for what is not there. */
export interface ContactListMetadata {
  readonly originalFileName: string | null;
  readonly rowCount: number | null;
  /** `email` or `sms`, as written. */
  readonly templateType: string | null;
  /** True when the check passed; false for every spelling but `True`. */
  readonly valid: boolean | null;
}

/** What is written once the check has passed. */
export interface CheckedContactList {
  readonly originalFileName: string;
  readonly rowCount: number;
  readonly templateType: 'email' | 'sms';
}

/** The file of a contact list. */
export interface StoredContactList {
  readonly serviceId: string;
  readonly contactListId: string;
}

const area = 'contact-lists';

/** Null when there is no such file, also for ids that are no UUIDs. @throws AppError STORAGE_UNAVAILABLE */
export async function readContactListMetadata(
  storage: ObjectStore,
  list: StoredContactList,
): Promise<ContactListMetadata | null> {
  const found = await readTextMetadata(storage, area, toStored(list));
  if (found === null) return null;
  return {
    originalFileName: found['original_file_name'] ?? null,
    rowCount: readCount(found['row_count']),
    templateType: found['template_type'] ?? null,
    valid: readVerdict(found['valid']),
  };
}

/** The file as a stream, or null when there is none. @throws AppError STORAGE_UNAVAILABLE */
export function openContactList(storage: ObjectStore, list: StoredContactList): Promise<Readable | null> {
  return openStoredCsv(storage, area, toStored(list));
}

/** The file for the reader of rows, which throws AppError NOT_FOUND when there is none. */
export function contactListSource(storage: ObjectStore, list: StoredContactList): CsvSource {
  return storedCsvSource(storage, area, toStored(list));
}

/**
 * Stores the file of a contact list, which is CSV already, with the name that it had.
 *
 * @throws RangeError for ids that are no UUIDs; AppError STORAGE_UNAVAILABLE; what `content` throws
 */
export function storeContactList(storage: ObjectStore, list: StoredContactList & NamedCsv): Promise<void> {
  return storeNamedCsv(storage, area, toStored(list), list);
}

/** Replaces all metadata by those of a list that can be sent. False when there is no such file. */
export function setContactListMetadata(
  storage: ObjectStore,
  list: StoredContactList,
  { originalFileName, rowCount, templateType }: CheckedContactList,
): Promise<boolean> {
  return replaceTextMetadata(storage, area, toStored(list), {
    original_file_name: keptFileName(originalFileName),
    row_count: String(rowCount),
    template_type: templateType,
    valid: 'True',
  });
}

/** Deleting what is not there is no error. */
export function deleteContactList(storage: ObjectStore, list: StoredContactList): Promise<void> {
  return deleteStoredCsv(storage, area, toStored(list));
}

/**
 * Copies a contact list, without white space around it, to a new upload, with the list's metadata. The check that follows
 * replaces them.
 *
 * @returns false when there is no such list
 * @throws RangeError for an upload id that is no UUID; AppError STORAGE_UNAVAILABLE
 */
export async function copyContactListToUpload(
  storage: ObjectStore,
  { serviceId, contactListId, uploadId }: StoredContactList & StoredCsv,
): Promise<boolean> {
  const to = requirePlace('csv-uploads', { serviceId, uploadId });
  const list = { serviceId, contactListId };
  const metadata = await readTextMetadata(storage, area, toStored(list));
  const content = metadata === null ? null : await openContactList(storage, list);
  if (metadata === null || content === null) return false;
  await putStoredCsv(storage, to, stripped(content as AsyncIterable<Uint8Array>), metadata);
  return true;
}

function toStored({ serviceId, contactListId }: StoredContactList): StoredCsv {
  return { serviceId, uploadId: contactListId };
}

/** The text without white space at its ends; what may be the end is held back. */
async function* stripped(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held: string[] = [];
  let hasBegun = false;
  for await (const chunk of content) {
    const text = decoder.decode(chunk, { stream: true });
    const from = hasBegun ? 0 : lengthOfWhitespace(text);
    const to = solidEnd(text);
    if (to > from) {
      yield* held;
      yield text.slice(from, to);
      hasBegun = true;
      held = [];
    }
    if (hasBegun) held.push(text.slice(to));
  }
}

function lengthOfWhitespace(text: string): number {
  let length = 0;
  while (length < text.length && isUnicodeWhitespace(text.charCodeAt(length))) length += 1;
  return length;
}

/** After the last unit that is no white space. */
function solidEnd(text: string): number {
  let end = text.length;
  while (end > 0 && isUnicodeWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}
