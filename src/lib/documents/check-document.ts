import { decodeBase64 } from '../core/base64.ts';
import { AppError } from '../core/errors.ts';
import { normaliseEmailAddress, validateEmailAddress } from '../recipients/email-address.ts';
import { detectMimeType } from './detect-mime-type.ts';
import {
  documentTypes,
  extensionOf,
  isDocumentExtension,
  unsupportedTypeMessage,
  type DocumentExtension,
} from './document-type.ts';
import { missingExtensionMessage } from './file-uploads.ts';
import { parseRetentionPeriod } from './retention-period.ts';

/** A file for the store, as it comes from outside. */
export interface DocumentUpload {
  /** Base64. */
  readonly document: string;
  readonly filename: string | null;
  readonly isCsv: unknown;
  /** Null: whoever has the link may open the file. */
  readonly confirmationEmail: string | null;
  readonly retentionPeriod: string;
}

/** A file that the store takes. */
export interface CheckedDocument {
  readonly content: Buffer;
  readonly filename: string | null;
  readonly extension: DocumentExtension;
  readonly mimeType: string;
  /** Normalised. */
  readonly confirmationEmail: string | null;
  readonly retentionWeeks: number;
}

const maxBytes = 2 * 1024 * 1024 + 1024;
const maxFilenameLength = 100;

/**
 * The checks of the document store, in their order (public API sheet §4.5). A virus scan would come after the file name's
 * extension (`File did not pass the virus scan`) and before the detection of the type.
 *
 * @throws AppError REQUEST_INVALID with the sheet's messages
 */
export function checkDocument(upload: DocumentUpload): CheckedDocument {
  const { filename, isCsv } = upload;
  const content = decodeBase64(upload.document);
  if (content === null) throw invalid('Document is not base64 encoded');
  if (content.length > maxBytes) throw invalid('Uploaded document exceeds file size limit');
  if (typeof isCsv !== 'boolean') throw invalid('Value for is_csv must be a boolean');
  const confirmationEmail = checkConfirmationEmail(upload.confirmationEmail);
  const retentionWeeks = parseRetentionPeriod(upload.retentionPeriod);
  if (retentionWeeks === null) throw invalid("Retention period must be a string of the format '<1-78> weeks'.");
  const rest = { content, filename, confirmationEmail, retentionWeeks };
  if (filename !== null) {
    const extension = checkFilename(filename);
    return { ...rest, extension, mimeType: documentTypes[extension] };
  }
  const detected = detectMimeType(content);
  const mimeType = isCsv && detected === documentTypes.txt ? documentTypes.csv : detected;
  const extension = extensionOf(mimeType);
  if (extension === null) throw invalid(unsupportedTypeMessage(mimeType));
  return { ...rest, extension, mimeType };
}

function checkConfirmationEmail(address: string | null): string | null {
  if (address === null) return null;
  const result = validateEmailAddress(address);
  if (!result.ok) throw invalid(result.message);
  return normaliseEmailAddress(result.address);
}

function checkFilename(filename: string): DocumentExtension {
  if (Array.from(filename).length > maxFilenameLength) throw invalid('`filename` cannot be longer than 100 characters');
  const dot = filename.lastIndexOf('.');
  if (dot === -1) throw invalid(missingExtensionMessage);
  const extension = filename.slice(dot + 1).toLowerCase();
  if (!isDocumentExtension(extension)) throw invalid(unsupportedTypeMessage(`.${extension}`));
  return extension;
}

function invalid(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}
