import type { DocumentExtension } from './document-type.ts';

/** A stored file, as its row says. The content is in the store, and only the link's key reads it. */
export interface Document {
  readonly id: string;
  readonly serviceId: string;
  /** Encrypted, base64. */
  readonly sealedFilename: string | null;
  readonly mimeType: string;
  readonly extension: DocumentExtension;
  readonly sizeBytes: number;
  readonly keyDigest: Buffer;
  /** Null: whoever has the link may open the file. */
  readonly recipientDigest: Buffer | null;
  readonly availableUntil: Date;
  readonly createdAt: Date;
}

/** What the holder of the link is told. */
export interface DocumentView {
  readonly serviceId: string;
  readonly documentId: string;
  readonly filename: string | null;
  readonly extension: DocumentExtension;
  readonly mimeType: string;
  readonly sizeBytes: number;
  /** Whether the recipient's address has to be confirmed first. */
  readonly verifyEmail: boolean;
  readonly availableUntil: Date;
}

/** Where the content of a document is, in the area `documents`. */
export function documentObjectKey({ serviceId, id }: Pick<Document, 'serviceId' | 'id'>): string {
  return `${serviceId}/${id}`;
}
