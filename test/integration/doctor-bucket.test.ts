import { expect, it } from 'vitest';
import { checkStoredFiles } from '../../src/lib/doctor/check-storage.ts';
import { createS3Store } from '../../src/lib/storage/s3-store.ts';
import { useS3Server } from '../support/s3-server.ts';

const s3 = useS3Server('notify');
const config = { stateDir: '/nonexistent', storageDir: null, s3Region: null };

it('is content with a bucket that can be written, and leaves nothing in it', async () => {
  expect(await checkStoredFiles({ ...config, s3Bucket: 'notify', s3Endpoint: s3.endpoint })).toEqual([
    { name: 'stored-files', status: 'ok', message: 'bucket notify can be written', hint: null },
  ]);
  const store = createS3Store({ bucket: 'notify', endpoint: s3.endpoint, region: null });
  expect(await Array.fromAsync(store.list('documents'))).toEqual([]);
  await store.close();
});

it.each([
  ['is not there', 'another', () => s3.endpoint],
  ['cannot be reached', 'notify', () => 'http://127.0.0.1:1'],
])('says that a bucket %s', async (_name, s3Bucket, endpoint) => {
  expect(await checkStoredFiles({ ...config, s3Bucket, s3Endpoint: endpoint() })).toMatchObject([
    {
      name: 'stored-files',
      status: 'error',
      message: expect.stringContaining(`bucket ${s3Bucket}`) as unknown,
      hint: expect.stringContaining('NOTIFY_S3_BUCKET') as unknown,
    },
  ]);
});
