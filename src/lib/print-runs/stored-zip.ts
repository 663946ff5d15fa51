import { crc32 } from 'node:zlib';

/**
 * Zips whose files are stored as they are (PKWARE's APPNOTE, 4.3), file by file. Sizes and checksums stand in front of each
 * file: readers that cannot look ahead, such as Java's, take no stored files without. (Libraries that stream write them
 * behind, and those that write them in front keep all files until the end.)
 */

/** A file of a zip. */
export interface ZipFile {
  /** In ASCII. */
  readonly name: string;
  /** Its content behind `headerRoom(name)` bytes that the zip writes to. */
  readonly framed: Uint8Array;
}

const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
/** 2.0: nothing that older readers do not know. */
const versionNeeded = 20;
/** Made on Unix, so that permissions count. */
const versionMadeBy = (3 << 8) | versionNeeded;
const permissions = 0o100644;
/** 1 January 1980, 00:00: the first time there is. The same files make the same bytes. */
const noTime = 0;
const noDate = (1 << 5) | 1;

/** Above these, offsets and numbers would not fit into their fields. */
const mostBytes = 0xffff_ffff;
const mostFiles = 0xffff;

/** Bytes of a zip of such files. */
export function storedZipBytes(files: readonly { readonly name: string; readonly bytes: number }[]): number {
  const ofFile = localHeaderBytes + centralHeaderBytes;
  return files.reduce((sum, { name, bytes }) => sum + ofFile + 2 * name.length + bytes, endBytes);
}

/** Bytes that a file needs in front of its content, for its header: with it, it is written as one piece. */
export function headerRoom(name: string): number {
  return localHeaderBytes + name.length;
}

/**
 * The bytes of a zip of files, in their order: a chunk for each file, then the directory. The chunk of a file is its
 * `framed`; the next file is asked for when the next chunk is.
 *
 * @throws RangeError for more than 65,535 files, or 4 GiB
 */
export async function* storedZip(files: AsyncIterable<ZipFile>): AsyncGenerator<Uint8Array, undefined> {
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const { name, framed } of files) {
    const chunk = Buffer.from(framed.buffer, framed.byteOffset, framed.length);
    const common = commonFields(name, chunk.subarray(headerRoom(name)));
    writeLocalHeader(chunk, name, common);
    directory.push(centralHeader(name, common, offset));
    yield chunk;
    offset += chunk.length;
    if (offset > mostBytes || directory.length > mostFiles) throw new RangeError('A zip is too large for its format');
  }
  const central = Buffer.concat(directory);
  yield Buffer.concat([central, endRecord(directory.length, central.length, offset)]);
}

/** What both headers of a file have: from the version that a reader needs to the length of further fields. */
function commonFields(name: string, content: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(versionNeeded, 0);
  // Flags and method are 0: nothing is encrypted or compressed.
  fields.writeUInt16LE(noTime, 6);
  fields.writeUInt16LE(noDate, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function writeLocalHeader(chunk: Buffer, name: string, common: Buffer): void {
  chunk.writeUInt32LE(signatures.local, 0);
  common.copy(chunk, 4);
  chunk.write(name, localHeaderBytes, 'ascii');
}

function centralHeader(name: string, common: Buffer, offset: number): Buffer {
  const header = Buffer.alloc(centralHeaderBytes);
  header.writeUInt32LE(signatures.central, 0);
  header.writeUInt16LE(versionMadeBy, 4);
  common.copy(header, 6);
  header.writeUInt32LE(permissions * 0x1_0000, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name, 'ascii')]);
}

function endRecord(files: number, directoryBytes: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(endBytes);
  record.writeUInt32LE(signatures.end, 0);
  record.writeUInt16LE(files, 8);
  record.writeUInt16LE(files, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryOffset, 16);
  return record;
}
