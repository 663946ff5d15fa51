import { describe, expect, it, test } from 'vitest';
import { detectMimeType } from '../../../src/lib/documents/detect-mime-type.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

const office = 'application/vnd.openxmlformats-officedocument';

/** The beginning of a ZIP archive: a local file header with its name, and what follows. */
function zip(name: string, ...rest: string[]): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from([name, ...rest].join(''))]);
}

function ole(stream: string): Buffer {
  const start = Buffer.from('d0cf11e0a1b11ae1', 'hex');
  return Buffer.concat([start, Buffer.alloc(504), Buffer.from(stream, 'utf16le')]);
}

describe('the supported types', () => {
  test.each<[string, Buffer]>([
    ['application/pdf', Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3', 'latin1')],
    ['image/png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['application/rtf', Buffer.from('{\\rtf1\\ansi}')],
    ['application/msword', ole('WordDocument')],
    [`${office}.wordprocessingml.document`, zip('[Content_Types].xml', 'PK', 'word/document.xml')],
    [`${office}.spreadsheetml.sheet`, zip('[Content_Types].xml', 'PK', 'xl/workbook.xml')],
    ['application/vnd.oasis.opendocument.text', zip('mimetype', 'application/vnd.oasis.opendocument.text', 'PK')],
    ['application/json', Buffer.from('\ufeff {"a": [1, 2]}')],
    ['application/json', Buffer.from('[]')],
  ])('%s', (type, content) => {
    expect(detectMimeType(content)).toBe(type);
  });
});

describe('plain text', () => {
  test.each<[string, Buffer]>([
    ['in ASCII', Buffer.from('Hello,\r\n\tworld\f')],
    ['in UTF-8', Buffer.from('Zoë 😀')],
    ['in Latin-1', Buffer.from('caf\xe9', 'latin1')],
    ['in UTF-16', Buffer.from('\ufeffHello', 'utf16le')],
    ['that looks like JSON', Buffer.from('{"a": 1')],
    ['that is JSON by chance', Buffer.from('123')],
    ['that begins like RTF', Buffer.from('{\\rt')],
  ])('%s', (_name, content) => {
    expect(detectMimeType(content)).toBe('text/plain');
  });
});

describe('what is not supported', () => {
  test.each<[string, Buffer]>([
    ['application/x-empty', Buffer.alloc(0)],
    ['application/octet-stream', Buffer.from([0])],
    ['application/octet-stream', Buffer.from('MZ\x90\x00\x03', 'latin1')],
    ['image/gif', Buffer.from('GIF89a')],
    ['application/zip', zip('evil.exe', 'word/document.xml')],
    ['application/zip', zip('[Content_Types].xml', 'ppt/presentation.xml')],
    ['application/zip', zip('mimetype', 'application/epub+zip')],
    ['application/x-ole-storage', ole('Workbook')],
    ['text/html', Buffer.from('  <!DOCTYPE html><p>')],
    ['text/html', Buffer.from('<script>alert(1)</script>')],
    ['text/xml', Buffer.from('<?xml version="1.0"?><svg/>')],
  ])('%s', (type, content) => {
    expect(detectMimeType(content)).toBe(type);
  });
});

it('takes no longer for long texts than it must', () => {
  const content = Buffer.alloc(2 * 1024 * 1024, ' <{[ ');
  expectLinearTime((size) => expect(detectMimeType(content.subarray(0, size))).toBe('text/plain'), content.length);
});
