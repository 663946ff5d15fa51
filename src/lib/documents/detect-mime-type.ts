import { documentTypes } from './document-type.ts';

const signatures: readonly (readonly [string, string])[] = [
  ['%PDF-', documentTypes.pdf],
  ['\x89PNG\r\n\x1a\n', documentTypes.png],
  ['\xff\xd8\xff', documentTypes.jpg],
  ['{\\rtf', documentTypes.rtf],
  ['GIF8', 'image/gif'],
];

/**
 * The MIME type of content that comes without a file name: each supported type by what it begins with, other texts and
 * archives as far as they must be told from those. What nothing is known of is `application/octet-stream`.
 */
export function detectMimeType(content: Buffer): string {
  if (content.length === 0) return 'application/x-empty';
  const start = content.toString('latin1', 0, 64);
  const known = signatures.find(([signature]) => start.startsWith(signature));
  if (known !== undefined) return known[1];
  if (start.startsWith('PK\x03\x04')) return detectArchive(content, start);
  if (start.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) {
    // The container of all old Office files: its directory names the stream that makes it a document.
    return content.includes(Buffer.from('WordDocument', 'utf16le')) ? documentTypes.doc : 'application/x-ole-storage';
  }
  return isText(content) ? detectText(content) : 'application/octet-stream';
}

/** A ZIP archive: OpenDocument says what it is in its first entry, Office Open XML by the names of its entries. */
function detectArchive(content: Buffer, start: string): string {
  if (start.slice(30, 38) === 'mimetype')
    return content.toString('latin1', 38, 38 + documentTypes.odt.length) === documentTypes.odt
      ? documentTypes.odt
      : 'application/zip';
  if (!content.includes('[Content_Types].xml')) return 'application/zip';
  if (content.includes('word/document.xml')) return documentTypes.docx;
  return content.includes('xl/workbook.xml') ? documentTypes.xlsx : 'application/zip';
}

// eslint-disable-next-line no-control-regex -- what no text holds: control characters but blanks, bell and escape
const binary = /[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/;

/** UTF-8, another encoding with ASCII in it, or UTF-16 that says so. */
function isText(content: Buffer): boolean {
  const mark = content.toString('latin1', 0, 2);
  return mark === '\xff\xfe' || mark === '\xfe\xff' || !binary.test(content.toString('latin1'));
}

function detectText(content: Buffer): string {
  const text = content
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<\?xml\s/.test(text)) return 'text/xml';
  if (/^<(?:!doctype\s+html|html|head|body|script)[\s>]/i.test(text)) return 'text/html';
  return isJson(text) ? documentTypes.json : documentTypes.txt;
}

/** An object or a list; any other text may be JSON by chance. */
function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
