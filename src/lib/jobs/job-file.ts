import { AppError } from '../core/errors.ts';
import { readUploadedText, type CsvSource } from '../recipients/csv/csv-source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { contactListSource, copyContactListToUpload, readContactListMetadata } from '../uploads/contact-list-file.ts';
import type { StoredCsv } from '../uploads/stored-csv.ts';
import { readUploadMetadata, storeUpload, uploadSource } from '../uploads/upload-file.ts';

/**
 * Where the recipients of a job come from: a file of somebody, a stored contact list, or an upload. What is stored has a
 * name, which `name` replaces.
 */
export type JobFile =
  | { readonly from: 'file'; readonly name: string; readonly open: () => Promise<CsvSource> }
  | { readonly from: 'contact-list'; readonly contactListId: string; readonly name: string | null }
  | { readonly from: 'upload'; readonly uploadId: string; readonly name: string | null };

/** A file of recipients that there is. */
export interface OpenJobFile {
  /** What people know it by. */
  readonly name: string;
  readonly contactListId: string | null;
  /** The upload that it is already, or null. */
  readonly uploadId: string | null;
  /** @throws AppError REQUEST_INVALID for a file that cannot be read */
  readonly open: () => Promise<CsvSource>;
  /** Stores what was opened under this id, unless it is there already. */
  readonly store: (upload: StoredCsv) => Promise<void>;
}

/** @throws AppError NOT_FOUND for a contact list or an upload that is not in storage */
export async function openJobFile(
  storage: ObjectStore,
  { serviceId, file }: { serviceId: string; file: JobFile },
): Promise<OpenJobFile> {
  switch (file.from) {
    case 'file':
      return ownFile(storage, file);
    case 'contact-list':
      return contactList(storage, serviceId, file);
    case 'upload':
      return storedUpload(storage, { serviceId, uploadId: file.uploadId }, file.name);
  }
}

function ownFile(storage: ObjectStore, { name, open }: Extract<JobFile, { from: 'file' }>): OpenJobFile {
  let opened: CsvSource | null = null;
  const openOnce = async (): Promise<CsvSource> => (opened ??= await open());
  return {
    name,
    contactListId: null,
    uploadId: null,
    open: openOnce,
    async store(upload) {
      const content = readUploadedText(await openOnce());
      await storeUpload(storage, { ...upload, originalFileName: name, content });
    },
  };
}

async function contactList(
  storage: ObjectStore,
  serviceId: string,
  { contactListId, name }: Extract<JobFile, { from: 'contact-list' }>,
): Promise<OpenJobFile> {
  const list = { serviceId, contactListId };
  const metadata = await readContactListMetadata(storage, list);
  const missing = new AppError(
    'NOT_FOUND',
    `Service '${serviceId}' has no contact list with the id '${contactListId}'`,
  );
  if (metadata === null) throw missing;
  return {
    name: name ?? metadata.originalFileName ?? contactListId,
    contactListId,
    uploadId: null,
    open: async () => contactListSource(storage, list),
    async store({ uploadId }) {
      if (!(await copyContactListToUpload(storage, { ...list, uploadId }))) throw missing;
    },
  };
}

async function storedUpload(storage: ObjectStore, upload: StoredCsv, name: string | null): Promise<OpenJobFile> {
  const metadata = await readUploadMetadata(storage, upload);
  if (metadata === null) {
    throw new AppError('NOT_FOUND', `Service '${upload.serviceId}' has no upload with the id '${upload.uploadId}'`);
  }
  return {
    name: name ?? metadata.originalFileName ?? upload.uploadId,
    contactListId: null,
    uploadId: upload.uploadId,
    open: async () => uploadSource(storage, upload),
    store: async () => undefined,
  };
}
