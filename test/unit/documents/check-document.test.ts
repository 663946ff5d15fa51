import { describe, expect, it, test } from 'vitest';
import { checkDocument, type DocumentUpload } from '../../../src/lib/documents/check-document.ts';

const supported =
  "Supported types are: '.csv', '.doc', '.docx', '.jpeg', '.jpg', '.json', '.odt', '.pdf', '.png', '.rtf', '.txt', '.xlsx'";
const limit = 2 * 1024 * 1024 + 1024;
const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');

const good: DocumentUpload = {
  document: base64('hello'),
  filename: null,
  isCsv: false,
  confirmationEmail: null,
  retentionPeriod: '26 weeks',
};

describe('the store refuses', () => {
  const notBase64: [Partial<DocumentUpload>, string] = [{ document: 'YQ=' }, 'Document is not base64 encoded'];
  const tooLarge: [Partial<DocumentUpload>, string] = [
    { document: base64(Buffer.alloc(limit + 1, 'a')) },
    'Uploaded document exceeds file size limit',
  ];
  const badFlag: [Partial<DocumentUpload>, string] = [{ isCsv: 'yes' }, 'Value for is_csv must be a boolean'];
  const badAddress: [Partial<DocumentUpload>, string] = [{ confirmationEmail: 'nobody' }, 'Not a valid email address'];
  const badPeriod: [Partial<DocumentUpload>, string] = [
    { retentionPeriod: '79 weeks' },
    "Retention period must be a string of the format '<1-78> weeks'.",
  ];
  const longName: [Partial<DocumentUpload>, string] = [
    { filename: 'a'.repeat(101) },
    '`filename` cannot be longer than 100 characters',
  ];
  const noExtension: [Partial<DocumentUpload>, string] = [
    { filename: 'report' },
    '`filename` must end with a file extension. For example, filename.csv',
  ];
  const badExtension: [Partial<DocumentUpload>, string] = [
    { filename: 'virus.exe' },
    `Unsupported file type '.exe'. ${supported}`,
  ];
  const badType: [Partial<DocumentUpload>, string] = [
    { document: base64(Buffer.from([0, 1, 2])) },
    `Unsupported file type 'application/octet-stream'. ${supported}`,
  ];
  const faults = [notBase64, tooLarge, badFlag, badAddress, badPeriod];

  test.each([...faults, longName, noExtension, badExtension, badType])('%#: %j', (change, message) => {
    const refusal = expect.objectContaining({ code: 'REQUEST_INVALID', message }) as Error;
    expect(() => checkDocument({ ...good, ...change })).toThrow(refusal);
  });

  it('for the first fault in its order', () => {
    for (const name of [longName, noExtension, badExtension]) {
      // Every fault but those that exclude each other, then one less at a time.
      const all = [...faults.slice(1), name];
      for (const [index, [, message]] of all.entries()) {
        const changes: object = Object.assign({}, ...all.slice(index).map(([change]) => change));
        expect(() => checkDocument({ ...good, ...changes })).toThrow(message);
      }
    }
    expect(() => checkDocument({ ...good, isCsv: 'yes', document: 'YQ=' })).toThrow('Document is not base64 encoded');
  });

  test.each<[string, string]>([
    ['virus.pdf.exe', '.exe'],
    ['VIRUS.EXE', '.exe'],
    ['report.', '.'],
    ['.pdf.', '.'],
    ['a.toString', '.tostring'],
    ['a.constructor', '.constructor'],
  ])('the name %s for %s', (filename, extension) => {
    expect(() => checkDocument({ ...good, filename })).toThrow(`Unsupported file type '${extension}'. ${supported}`);
  });
});

describe('the store takes', () => {
  it('as much as the limit', () => {
    const content = Buffer.alloc(limit, 'a');
    expect(checkDocument({ ...good, document: base64(content) }).content.equals(content)).toBe(true);
  });

  it('a name of 100 characters, whatever they are made of', () => {
    const filename = `${'😀'.repeat(96)}.pdf`;
    expect(checkDocument({ ...good, filename })).toMatchObject({ filename, extension: 'pdf' });
  });

  it('an address and a time, in their plain form', () => {
    const upload = { ...good, confirmationEmail: ' Someone@Example.com ', retentionPeriod: ' 1 Week' };
    expect(checkDocument(upload)).toMatchObject({ confirmationEmail: 'someone@example.com', retentionWeeks: 1 });
  });

  test.each([
    ['a.csv', 'csv', 'text/csv'],
    ['a.doc', 'doc', 'application/msword'],
    ['a.docx', 'docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['a.jpeg', 'jpeg', 'image/jpeg'],
    ['a.jpg', 'jpg', 'image/jpeg'],
    ['a.json', 'json', 'application/json'],
    ['a.odt', 'odt', 'application/vnd.oasis.opendocument.text'],
    ['a.pdf', 'pdf', 'application/pdf'],
    ['a.png', 'png', 'image/png'],
    ['a.rtf', 'rtf', 'application/rtf'],
    ['a.txt', 'txt', 'text/plain'],
    ['a.xlsx', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['A.B.PDF', 'pdf', 'application/pdf'],
  ])('%s by its name alone', (filename, extension, mimeType) => {
    // The content is not looked at.
    const document = base64(Buffer.from([0, 1, 2]));
    expect(checkDocument({ ...good, document, filename })).toMatchObject({ filename, extension, mimeType });
  });

  test.each<[string, boolean, string, string]>([
    ['a text', false, 'txt', 'text/plain'],
    ['a,b\n1,2', true, 'csv', 'text/csv'],
    ['%PDF-1.7', true, 'pdf', 'application/pdf'],
    ['{"a": 1}', false, 'json', 'application/json'],
    ['\u00ff\u00d8\u00ff\u00e0', false, 'jpg', 'image/jpeg'],
  ])('%j without a name, is_csv %s, as %s', (content, isCsv, extension, mimeType) => {
    const document = Buffer.from(content, 'latin1').toString('base64');
    expect(checkDocument({ ...good, document, isCsv })).toMatchObject({ filename: null, extension, mimeType });
  });
});
