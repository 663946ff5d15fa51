import type { Readable } from 'node:stream';

/** What objects are kept for; each area is a folder, or a bucket. */
export type StorageArea =
  | 'documents'
  | 'letters'
  | 'test-letters'
  | 'letters-scan'
  | 'letters-sanitise'
  | 'letters-invalid'
  | 'letters-originals-backup'
  | 'letters-transient'
  | 'letter-attachments'
  | 'letter-logos'
  | 'print-responses'
  | 'csv-uploads'
  | 'contact-lists'
  | 'notification-history';

export interface ObjectInfo {
  /** Path of the object within its area, with `/` between the parts (see `assertObjectKey`). No object lies below another. */
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
  /** Lower-case names to text. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

/**
 * Files of the product: in a folder or in S3-compatible storage. Every method throws a RangeError for a key that not both
 * can keep, and AppError STORAGE_UNAVAILABLE.
 */
export interface ObjectStore {
  /** Stores an object durably, replacing one of the same key; a reader sees the old or the new one, never a part. */
  put(area: StorageArea, key: string, content: Uint8Array | Readable, options?: PutOptions): Promise<void>;
  /** The whole object, or null when there is none. */
  read(area: StorageArea, key: string): Promise<Buffer | null>;
  /**
   * Reads an object into a buffer of the caller, who may use it again. Resolves with the bytes that were read, or null when
   * there is no object: a full buffer may not be all of it.
   */
  readInto(area: StorageArea, key: string, buffer: Uint8Array): Promise<number | null>;
  /** The object as a stream, or null when there is none. */
  open(area: StorageArea, key: string): Promise<Readable | null>;
  head(area: StorageArea, key: string): Promise<ObjectInfo | null>;
  /** Objects whose key starts with the prefix, in key order, without holding them all in memory. Metadata is left out. */
  list(area: StorageArea, prefix?: string): AsyncIterable<Omit<ObjectInfo, 'metadata'>>;
  /** Copies an object with its metadata, which `metadata` replaces when given. False when there is none. */
  copy(from: ObjectPlace, to: ObjectPlace, metadata?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Deleting what is not there is no error. */
  delete(area: StorageArea, key: string): Promise<void>;
  close(): Promise<void>;
}

export interface ObjectPlace {
  readonly area: StorageArea;
  readonly key: string;
}
