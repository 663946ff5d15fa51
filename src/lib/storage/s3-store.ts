import { Readable } from 'node:stream';
import type * as s3Sdk from '@aws-sdk/client-s3';
import { assertKeyPrefix, assertMetadata, assertObjectKey } from './object-key.ts';
import type { ObjectStore, StorageArea } from './object-store.ts';
import { toStorageError } from './storage-error.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Base URL of a compatible service; null = AWS. */
  readonly endpoint: string | null;
  /** Null = as the environment says, or, of a compatible service, any. */
  readonly region: string | null;
}

type Sdk = typeof s3Sdk;
type S3Client = s3Sdk.S3Client;

/** S3 takes no smaller parts, but for the last one; a stream shorter than one part is put at once. */
const partBytes = 8 * 1024 * 1024;

/**
 * Objects in one bucket of S3 or a compatible service: `<area>/<key>`. Credentials come from where AWS's tools find
 * them. The SDK is loaded by the first call.
 */
export function createS3Store({ bucket, endpoint, region }: S3StoreOptions): ObjectStore {
  let connection: Promise<{ sdk: Sdk; client: S3Client }> | null = null;
  const connect = (): Promise<{ sdk: Sdk; client: S3Client }> => {
    connection ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: createClient(sdk, endpoint, region) }));
    return connection;
  };

  /** Runs a request; null when there is no such object. */
  async function run<Result>(
    work: (client: S3Client, sdk: Sdk) => Promise<Result>,
    source?: Readable,
  ): Promise<Result | null> {
    try {
      const { client, sdk } = await connect();
      return await work(client, sdk);
    } catch (error) {
      if (isAbsence(error)) return null;
      throw source !== undefined && error === source.errored ? error : toStorageError(error, `bucket ${bucket}`);
    }
  }

  const store: ObjectStore = {
    async put(area, key, content, { metadata = {}, contentType } = {}) {
      assertMetadata(metadata);
      const object = {
        Bucket: bucket,
        Key: keyOf(area, key),
        Metadata: encodeMetadata(metadata),
        ...(contentType !== undefined && { ContentType: contentType }),
      };
      const source = content instanceof Readable ? content : undefined;
      await run(async (client, sdk) => {
        if (!(content instanceof Readable)) return client.send(new sdk.PutObjectCommand({ ...object, Body: content }));
        const parts = readParts(content);
        const first = await parts.next();
        const second = first.done ? first : await parts.next();
        if (second.done) {
          const Body = first.done ? Buffer.alloc(0) : first.value;
          return client.send(new sdk.PutObjectCommand({ ...object, Body }));
        }
        return putParts(client, sdk, object, prepend([first.value as Buffer, second.value], parts));
      }, source);
    },

    async read(area, key) {
      const place = { Bucket: bucket, Key: keyOf(area, key) };
      return run(async (client, sdk) => {
        const { Body } = await client.send(new sdk.GetObjectCommand(place));
        return Buffer.from(await Body!.transformToByteArray());
      });
    },

    async readInto(area, key, buffer) {
      const content = await store.open(area, key);
      if (content === null) return null;
      try {
        return await fill(content, buffer);
      } catch (error) {
        throw toStorageError(error, `bucket ${bucket}`);
      }
    },

    async open(area, key) {
      const place = { Bucket: bucket, Key: keyOf(area, key) };
      return run(async (client, sdk) => {
        const { Body } = await client.send(new sdk.GetObjectCommand(place));
        return Body as Readable;
      });
    },

    async head(area, key) {
      const place = { Bucket: bucket, Key: keyOf(area, key) };
      return run(async (client, sdk) => {
        const found = await client.send(new sdk.HeadObjectCommand(place));
        const metadata = decodeMetadata(found.Metadata ?? {});
        return { key, size: found.ContentLength ?? 0, modifiedAt: found.LastModified!, metadata };
      });
    },

    async *list(area, prefix = '') {
      assertKeyPrefix(prefix);
      const start = `${area}/`;
      for (let token: string | undefined, more = true; more;) {
        const query = { Bucket: bucket, Prefix: `${start}${prefix}` };
        const from = token === undefined ? {} : { ContinuationToken: token };
        const page = await run((client, sdk) => client.send(new sdk.ListObjectsV2Command({ ...query, ...from })));
        for (const { Key = '', Size = 0, LastModified } of page?.Contents ?? []) {
          yield { key: Key.slice(start.length), size: Size, modifiedAt: LastModified! };
        }
        token = page?.NextContinuationToken;
        more = token !== undefined;
      }
    },

    async copy(from, to, metadata) {
      const source = keyOf(from.area, from.key);
      const target = keyOf(to.area, to.key);
      if (metadata === undefined && source === target) return (await store.head(from.area, from.key)) !== null;
      if (metadata !== undefined) assertMetadata(metadata);
      const copied = await run(async (client, sdk) => {
        const place = { Bucket: bucket, Key: target, CopySource: `${bucket}/${source}` };
        if (metadata === undefined) return client.send(new sdk.CopyObjectCommand(place));
        // Replacing metadata forgets the content type, too.
        const { ContentType } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: source }));
        const changes = { MetadataDirective: 'REPLACE' as const, Metadata: encodeMetadata(metadata) };
        return client.send(new sdk.CopyObjectCommand({ ...place, ...changes, ...(ContentType && { ContentType }) }));
      });
      return copied !== null;
    },

    async delete(area, key) {
      const place = { Bucket: bucket, Key: keyOf(area, key) };
      await run((client, sdk) => client.send(new sdk.DeleteObjectCommand(place)));
    },

    async close() {
      const opened = connection;
      connection = null;
      (await opened)?.client.destroy();
    },
  };
  return store;
}

function createClient({ S3Client }: Sdk, endpoint: string | null, region: string | null): S3Client {
  return new S3Client({
    ...(region !== null && { region }),
    ...(endpoint !== null && {
      endpoint,
      region: region ?? 'us-east-1',
      // A compatible service rarely has a host name for each bucket, nor AWS's newer checksums.
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    // Of silence; an object may take as long as it needs.
    requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
  });
}

function keyOf(area: StorageArea, key: string): string {
  assertObjectKey(key);
  return `${area}/${key}`;
}

/** Leaves the rest of a stream that is longer. */
async function fill(content: Readable, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  for await (const read of content) {
    const part = (read as Uint8Array).subarray(0, buffer.length - filled);
    buffer.set(part, filled);
    filled += part.length;
    if (filled === buffer.length) break;
  }
  return filled;
}

/** The stream in buffers of `partBytes`, the last one shorter. */
async function* readParts(content: Readable): AsyncGenerator<Buffer, undefined> {
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of content) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    length += chunks.at(-1)!.length;
    if (length < partBytes) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(chunks);
}

async function* prepend(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

/** Nothing is seen of the object before all its parts are there. */
async function putParts(
  client: S3Client,
  sdk: Sdk,
  object: { Bucket: string; Key: string },
  parts: AsyncIterable<Buffer>,
): Promise<void> {
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(object));
  const upload = { Bucket: object.Bucket, Key: object.Key, UploadId };
  try {
    const completed: s3Sdk.CompletedPart[] = [];
    for await (const Body of parts) {
      const PartNumber = completed.length + 1;
      const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body }));
      completed.push({ PartNumber, ETag });
    }
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: completed } }));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** Metadata travels in headers: printable ASCII, without blanks at the ends. */
function encodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const encode = (text: string): string =>
    text.toWellFormed().replace(/^ | $|[^ -~]|%/gu, (character) => encodeURIComponent(character));
  return Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, encode(text)]));
}

function decodeMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, decode(text)]));
}

/** What others wrote may hold a percent sign of its own. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isAbsence(error: unknown): boolean {
  const name = (error as Error).name;
  return name === 'NoSuchKey' || name === 'NotFound';
}
