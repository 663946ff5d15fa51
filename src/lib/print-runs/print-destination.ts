import type { Readable } from 'node:stream';

/** A file for the print provider. */
export interface PrintFile {
  readonly name: string;
  readonly bytes: number;
  /** Makes the content, the same each time. A chunk is good until the next one is asked for. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

/** A file that the print provider left for us. */
export interface ProviderFile {
  /** As it is configured. */
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Where zips of letters go. */
export interface PrintDestination {
  readonly kind: 'sftp' | 'folder' | 'outbox' | 'none';
  /** What it is called in messages, without secrets. */
  readonly place: string;
  /**
   * Puts a file there, whole or not at all: under its name is nothing before all bytes are. `there` = it was already, with
   * that size; one of another size is replaced. What cannot be known to be there must be put again.
   *
   * @throws AppError PRINT_FAILED when the destination did not take it; whatever the content fails with
   */
  put(file: PrintFile, signal?: AbortSignal): Promise<'uploaded' | 'there'>;
  /**
   * The files in a folder there, in no order.
   *
   * @throws AppError PRINT_FAILED, also when there is no such folder
   */
  list(folder: string): AsyncIterable<ProviderFile>;
  /** The content of such a file. @throws AppError PRINT_FAILED, as the stream does */
  read(file: Pick<ProviderFile, 'folder' | 'name'>): Promise<Readable>;
  /** Reaches the server, if there is one. @throws AppError PRINT_FAILED, PRINT_HOST_UNKNOWN */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The name of a file while it is written; providers take what ends with `.ZIP`. */
export function temporaryName(name: string): string {
  return `${name}.part`;
}
