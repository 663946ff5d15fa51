import type { Readable } from 'node:stream';

/** A file for the print provider. */
export interface PrintFile {
  readonly name: string;
  readonly bytes: number;
  /** Makes the content, the same each time. */
  readonly content: () => Readable;
}

/** Where zips of letters go. */
export interface PrintDestination {
  readonly kind: 'sftp' | 'folder' | 'outbox';
  /** What it is called in messages, without secrets. */
  readonly place: string;
  /**
   * Puts a file there, whole or not at all: under its name is nothing before all bytes are. `there` = it was already, with
   * that size; one of another size is replaced. What cannot be known to be there must be put again.
   *
   * @throws AppError PRINT_FAILED when the destination did not take it; whatever the content fails with
   */
  put(file: PrintFile, signal?: AbortSignal): Promise<'uploaded' | 'there'>;
  close(): Promise<void>;
}

/** The name of a file while it is written; providers take what ends with `.ZIP`. */
export function temporaryName(name: string): string {
  return `${name}.part`;
}
