/** An S3-compatible server for the tests of a file, in this process. */
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { temporaryFolder } from './folders.ts';
import { waitFor } from './wait.ts';

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
}

interface S3rver {
  readonly store: {
    putObject(object: StoredObject): Promise<{ size: number }>;
    getResourcePath(bucket: string, key: string, kind: 'object'): string;
  };
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}

const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;
const credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** Its endpoint is there once the tests run; the process gets the credentials as AWS's tools read them. */
export function useS3Server(bucket: string): { readonly endpoint: string } {
  const place = { endpoint: '' };
  let server: S3rver | null = null;
  beforeAll(async () => {
    Object.assign(process.env, credentials);
    server = new S3rver({
      ...{ address: '127.0.0.1', port: 0, silent: true, directory: await temporaryFolder() },
      configureBuckets: [{ name: bucket }],
    });
    waitForWrites(server);
    const { port } = await server.run();
    place.endpoint = `http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await server?.close();
    for (const name of Object.keys(credentials)) delete process.env[name];
  });
  return place;
}

/** It answers a PUT once it has read the content, which may be before the file has it. */
function waitForWrites({ store }: S3rver): void {
  const putObject = store.putObject.bind(store);
  store.putObject = async (object) => {
    const stored = await putObject(object);
    const path = store.getResourcePath(object.bucket, object.key, 'object');
    await waitFor(async () => (await stat(path)).size === stored.size, { what: `${object.key} to be written` });
    return stored;
  };
}
