/** The types of files that can be sent (public API sheet §4.5): extension → MIME type. */
export const documentTypes = {
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  odt: 'application/vnd.oasis.opendocument.text',
  pdf: 'application/pdf',
  png: 'image/png',
  rtf: 'application/rtf',
  txt: 'text/plain',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

export type DocumentExtension = keyof typeof documentTypes;

/** What a browser is to save; everything else it may show. */
const savedExtensions: readonly DocumentExtension[] = ['csv', 'rtf'];

export function isDocumentExtension(text: string): text is DocumentExtension {
  return Object.hasOwn(documentTypes, text);
}

/** The extension of files of a MIME type; null when they are not supported. */
export function extensionOf(mimeType: string): DocumentExtension | null {
  const found = Object.entries(documentTypes).findLast(([, type]) => type === mimeType);
  return found === undefined ? null : (found[0] as DocumentExtension);
}

export function isSavedByBrowsers(extension: DocumentExtension): boolean {
  return savedExtensions.includes(extension);
}

/** The refusal of a file by its extension or MIME type. */
export function unsupportedTypeMessage(type: string): string {
  const supported = Object.keys(documentTypes).map((extension) => `'.${extension}'`);
  return `Unsupported file type '${type}'. Supported types are: ${supported.join(', ')}`;
}
