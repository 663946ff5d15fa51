import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { createFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store } from './s3-store.ts';

export type StorageConfig = Pick<Config, 'stateDir' | 'storageDir' | 's3Bucket' | 's3Endpoint' | 's3Region'>;

/** The store that the configuration names: a bucket, else a folder. Nothing is opened before the first use. */
export function createObjectStore(config: StorageConfig): ObjectStore {
  const { s3Bucket: bucket, s3Endpoint: endpoint, s3Region: region } = config;
  return bucket === null ? createFolderStore(storageFolder(config)) : createS3Store({ bucket, endpoint, region });
}

/** Where files are stored without a bucket. */
export function storageFolder({ storageDir, stateDir }: Pick<Config, 'stateDir' | 'storageDir'>): string {
  return storageDir ?? join(stateDir, 'files');
}
